//! Whether what was approved is still what would be committed: `--expect`. Judged before the first changing request. Pure.

use super::Refusal;
use crate::engine::plan::{PendingPolicy, Plan};
use serde_json::Value;
use store_model::{
    fingerprint::{Fingerprint, ZipPart},
    submission::Submission,
};

/// Base and document, and whether there is a ZIP at all; its content is compared once it has been read. The error is the refusal.
pub(super) fn agreed(
    plan: &Plan,
    pending: Option<&Submission>,
    live: Option<&Submission>,
) -> Result<(), Refusal> {
    let Some(expected) = &plan.expect else {
        return Ok(());
    };
    let kept = pending.filter(|_| plan.pending == PendingPolicy::Keep);
    let document = plan
        .document
        .as_ref()
        .or(kept.or(live).map(|submission| &submission.document));
    // Nothing to commit at all is told in other words.
    let Some(document) = document else {
        return Ok(());
    };
    let zip = if plan.zip.is_some() && expected.needs_zip() {
        ZipPart::Open
    } else {
        zip_part(plan)
    };
    compare(
        plan,
        expected,
        &Fingerprint::of(&plan.target, live, pending, document, zip),
    )
}

/// Something else than any sum, for a ZIP where none was approved: that it is there is the difference.
fn zip_part(plan: &Plan) -> ZipPart {
    if plan.zip.is_some() {
        ZipPart::Sha256([0; 32])
    } else {
        ZipPart::None
    }
}

/// The approval of a run whose own draft is to be made anew: document and ZIP as they were approved, on what the Store held when that
/// was checked, and the draft as the run left it.
pub fn restated(
    plan: &Plan,
    live: Option<&Submission>,
    draft: Option<&Submission>,
) -> Option<Fingerprint> {
    let nothing = Value::Null;
    let now = Fingerprint::of(&plan.target, live, draft, &nothing, ZipPart::Open);
    plan.expect
        .as_ref()
        .map(|expected| expected.on_base_of(&now))
}

/// The content of the ZIP, as it was read just now; `None` where it was not read.
pub fn zip_agreed(plan: &Plan, sum: Option<[u8; 32]>) -> Result<(), Refusal> {
    let Some(expected) = plan.expect.as_ref().filter(|expected| expected.needs_zip()) else {
        return Ok(());
    };
    let Some(sum) = sum else {
        return Err(refusal(plan, "the ZIP (it was not read)"));
    };
    compare(plan, expected, &expected.with_zip(ZipPart::Sha256(sum)))
}

fn compare(plan: &Plan, expected: &Fingerprint, now: &Fingerprint) -> Result<(), Refusal> {
    let changed = expected.changed(now);
    if changed.is_empty() {
        Ok(())
    } else {
        Err(refusal(plan, &changed.join(", and ")))
    }
}

fn refusal(plan: &Plan, what: &str) -> Refusal {
    Refusal::NotApproved {
        target: plan.target.clone(),
        changed: what.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::plan::{ExistingRollout, WaitFor};
    use serde_json::json;
    use store_model::target::Target;

    fn submission(id: &str, document: Value) -> Submission {
        Submission {
            id: id.to_owned(),
            document,
        }
    }

    fn plan(expect: Option<Fingerprint>) -> Plan {
        Plan {
            target: Target::app("9NX0EXAMPLE1"),
            name: "Notes".into(),
            document: Some(json!({"visibility": "Public", "id": "not sent"})),
            zip: None,
            pending: PendingPolicy::Fail,
            draft_seen: None,
            base: None,
            expect,
            allow: Vec::new(),
            wait: WaitFor::None,
            existing_rollout: ExistingRollout::Fail,
            is_confirmed: false,
            is_protected: false,
        }
    }

    #[test]
    fn each_of_the_three_is_named_when_it_changed() {
        let (live, draft) = (
            submission("1", json!({"visibility": "Public"})),
            submission("2", json!({"visibility": "Hidden"})),
        );
        let target = Target::app("9NX0EXAMPLE1");
        let document = json!({"visibility": "Public"});
        let hash = |zip| Some(Fingerprint::of(&target, Some(&live), None, &document, zip));
        assert_eq!(agreed(&plan(None), Some(&draft), Some(&live)), Ok(()));
        let approved = plan(hash(ZipPart::None));
        assert_eq!(agreed(&approved, None, Some(&live)), Ok(()));
        let said = |plan: &Plan, pending: Option<&Submission>| {
            agreed(plan, pending, Some(&live)).unwrap_err().to_string()
        };
        assert!(said(&approved, Some(&draft)).contains("what the Store holds"));
        let other = Plan {
            document: Some(json!({"visibility": "Hidden"})),
            ..approved.clone()
        };
        assert!(
            said(&other, None).contains("the document changed")
                && !said(&other, None).contains("Store holds")
        );
        let with_zip = Plan {
            zip: Some("a.zip".into()),
            ..approved
        };
        assert!(said(&with_zip, None).contains("none was approved"));

        let approved = Plan {
            zip: Some("a.zip".into()),
            ..plan(hash(ZipPart::Sha256([1; 32])))
        };
        assert_eq!(agreed(&approved, None, Some(&live)), Ok(()));
        assert_eq!(zip_agreed(&approved, Some([1; 32])), Ok(()));
        assert!(
            zip_agreed(&approved, Some([2; 32]))
                .unwrap_err()
                .to_string()
                .contains("the ZIP changed")
        );
        assert!(zip_agreed(&approved, None).is_err());
        assert!(
            said(
                &Plan {
                    zip: None,
                    ..approved
                },
                None
            )
            .contains("none is given")
        );
    }

    #[test]
    fn a_draft_that_is_kept_is_the_document() {
        let (live, draft) = (
            submission("1", json!({"visibility": "Public"})),
            submission("2", json!({"visibility": "Hidden"})),
        );
        let hash = Fingerprint::of(
            &Target::app("9NX0EXAMPLE1"),
            Some(&live),
            Some(&draft),
            &draft.document,
            ZipPart::None,
        );
        let keep = Plan {
            document: None,
            pending: PendingPolicy::Keep,
            ..plan(Some(hash))
        };
        assert_eq!(agreed(&keep, Some(&draft), Some(&live)), Ok(()));
        assert!(agreed(&keep, None, Some(&live)).is_err());
    }

    #[test]
    fn journals_of_older_versions_are_read() {
        let mut old = serde_json::to_value(plan(None)).unwrap();
        old.as_object_mut().unwrap().remove("expect");
        assert_eq!(serde_json::from_value::<Plan>(old).unwrap(), plan(None));
        let hash = Fingerprint::of(
            &Target::app("9NX0EXAMPLE1"),
            None,
            None,
            &json!({}),
            ZipPart::Open,
        );
        let kept = plan(Some(hash));
        assert_eq!(
            serde_json::from_value::<Plan>(serde_json::to_value(&kept).unwrap()).unwrap(),
            kept
        );
    }
}
