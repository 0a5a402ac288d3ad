//! Why something may not be done, as a type: the reason and the way on are written here and nowhere else, so that lists, review,
//! commands and runs say the same. Knows nothing of how a refusal is found or shown.

use crate::engine::zip_source::ZipSource;
use store_model::{status::Status, target::Target};

/// One reason not to send a change. `Display` gives the sentence, with the way on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(
        "Profile {profile} is read-only (read_only = true in the config): it changes nothing in the account."
    )]
    ReadOnly { profile: String },
    #[error("Profile {profile} is protected: add --yes to commit.")]
    Protected { profile: String },
    #[error(
        "{holder} works on {target}{run}, so nothing was sent. Wait until that is done, or end it there; \
         `flightdeck resume` lists the runs of this machine."
    )]
    Driven {
        target: Target,
        /// The process, as people say it.
        holder: String,
        /// " (run …)", where that is known.
        run: String,
    },
    #[error("Run {run} has ended and cannot go on; start a new one. {how}")]
    RunEnded { run: String, how: String },
    #[error("Run {run} has no draft that could be replaced.")]
    NothingToRenew { run: String },
    #[error(
        "The upload URL of draft {id} has not ended, so the draft needs no replacing. Resume the run without --renew."
    )]
    UrlStillGood { id: String },
    /// `why` begins the sentence.
    #[error(
        "{why}, and going on means to delete draft {id} (its document is saved first) and to make it anew. Add --yes to allow that."
    )]
    RenewalNeedsYes { id: String, why: String },
    #[error(
        "Draft {id} appeared while the create stayed unanswered, but it is not ours: it differs from a fresh copy of what is live{changes}\n\
         It was not touched. See {portal}"
    )]
    NotOurDraft {
        id: String,
        /// Lines, each beginning with a line break.
        changes: String,
        portal: String,
    },
    #[error(
        "Draft {id} was made from what is live, and compared with that these changes need a yes to each of them:{}\n\
         The draft is as the Store made it. Publish again with --pending keep or replace and the --allow of each.", lines(.risks)
    )]
    RisksOfFreshDraft { id: String, risks: Vec<String> },
    #[error(
        "Submission {id} of {target} is rolled out to {percent} % of its customers, and the Store makes no new draft until that is over. \
         Choose: everybody gets it (--existing-rollout finalize), or nobody else does (--existing-rollout halt); or end it first (flightdeck rollout)."
    )]
    OpenRollout {
        target: Target,
        id: String,
        percent: String,
    },
    #[error("A run for it is active already.")]
    ActiveRun,
    #[error("This run is active.")]
    RunIsActive,
    #[error("This run has ended already.")]
    RunIsOver,
    #[error("This run has ended: publish again instead.")]
    RunCannotGoOn,
    #[error("The first submission of an app, with the age rating, is created in Partner Center.")]
    FirstSubmissionOfApp,
    #[error("There is no submission yet: write the document first.")]
    NothingWritten,
    #[error("The edited text is not valid JSON: line {line}, column {column}: {message}.")]
    InvalidJson {
        line: usize,
        column: usize,
        message: String,
    },
    #[error("Nothing changed and nothing to upload.")]
    NothingToSend,
    #[error("Choose what to do with the draft.")]
    ChoiceOpen,
    #[error("Choose what becomes of the rollout that is under way.")]
    RolloutChoiceOpen,
    #[error("The check found {count} in the document.")]
    ErrorsFound {
        /// "1 error", "3 errors".
        count: String,
    },
    #[error("The JSON expects {count}, and no ZIP is chosen.")]
    NoZipChosen {
        /// "1 file", "3 files".
        count: String,
    },
    #[error("The ZIP cannot be used: {why}.")]
    ZipUnusable { why: String },
    #[error("The ZIP does not fit the JSON.")]
    ZipMisfit,
    #[error("The ZIP could not be examined: {why}")]
    ZipNotExamined { why: String },
    #[error("The ZIP is still being examined.")]
    ZipBeingExamined,
    #[error("The documents are still being compared.")]
    BeingCompared,
    #[error("It has not been read yet.")]
    NotRead,
    #[error("Confirm {count} above.")]
    RisksUnconfirmed {
        /// "1 change", "3 changes".
        count: String,
    },
    #[error("Confirm {count} above: the Store may refuse it.")]
    FindingsUnconfirmed {
        /// "1 finding", "3 findings".
        count: String,
    },
    #[error("Type the product's name or its Store id.")]
    NameNotTyped,
    #[error("There is no draft.")]
    DraftMissing,
    #[error(
        "An app cannot be deleted through the API; delete only its draft with --draft, or use Partner Center."
    )]
    AppsStay,
    #[error(
        "{target} ({name}) has been published: deleting it harms those who own it. If it must be, add --yes --name {name}"
    )]
    OwnedAddOn { target: Target, name: String },
    #[error("This would delete {target} ({name}) for good. Add --yes.")]
    DeleteNeedsYes { target: Target, name: String },
    #[error(
        "This would delete submission {id} of {target} ({name}); its document would be saved first. Add --yes."
    )]
    DeleteDraftNeedsYes {
        target: Target,
        id: String,
        name: String,
    },
    #[error("{target} has no pending submission.")]
    NoDraft { target: String },
    #[error(
        "Draft {id} was made or changed in Partner Center: the API can neither change, commit nor delete it. \
         Finish or delete it there, then publish again: {portal}"
    )]
    MadeInPortal { id: String, portal: String },
    #[error(
        "Submission {id} is in {status} and cannot be recalled through the API. Follow it, or see {portal}"
    )]
    InProgress {
        id: String,
        status: Status,
        portal: String,
    },
    #[error(
        "{target} has a pending submission, {id} ({status}), that this run did not make. It was not touched. \
         Choose: keep it (--pending keep) or save and delete it (--pending replace). See {portal}"
    )]
    NoChoice {
        target: Target,
        id: String,
        status: Status,
        portal: String,
    },
    #[error(
        "Submission {id} is in {status} and cannot be changed any more. Replace it (--pending replace)."
    )]
    CannotKeep { id: String, status: Status },
    #[error(
        "Draft {id} is the flight's first one: once deleted, the Store makes no new one. Keep it (--pending keep)."
    )]
    FirstOfFlight { id: String },
    #[error(
        "Another draft than the one you saw is there now: {id}. Look at {target} again and choose anew."
    )]
    OtherDraft { target: Target, id: String },
    #[error(
        "Draft {id}, which you chose to keep or replace, is gone: somebody deleted or published it. Look at {target} again."
    )]
    DraftGone { target: Target, id: String },
    /// `changes` are lines, each beginning with a line break.
    #[error(
        "Somebody else has changed submission {id} since you saw it, so nothing was sent:{changes}\n\
         Bring these changes into yours (merge, in the dashboard), or look at {target} again and publish what you see then."
    )]
    ForeignChanges {
        target: Target,
        id: String,
        changes: String,
    },
    #[error(
        "Somebody else has changed draft {id} since this run saw it last, so it was neither overwritten nor committed:{changes}\n\
         Look at {target} and publish again what you see then."
    )]
    ChangedMeanwhile {
        target: Target,
        id: String,
        changes: String,
    },
    #[error(
        "Draft {id} is in {status} now: somebody else committed it while this run was at work. It is left alone. See {portal}"
    )]
    NoLongerDraft {
        id: String,
        status: Status,
        portal: String,
    },
    #[error(
        "Somebody else has replaced the archive of draft {id} since this run uploaded its own, so the draft was not committed. \
         Find out who works on it, then publish again."
    )]
    ArchiveReplaced { id: String },
    #[error("{target} has never been published and no document was given: give one with --json.")]
    NoDocument { target: Target },
    #[error(
        "There is nothing to publish for {target}: the document is the same as what is live. No draft was created."
    )]
    NothingChanged { target: Target },
    #[error(
        "There is nothing to publish for {target}: a ZIP alone changes nothing: give the document that names its files as \
         PendingUpload. No draft was created."
    )]
    ZipAlone { target: Target },
    #[error(
        "There is nothing to publish for {target}: neither a document nor a draft was given. No draft was created."
    )]
    NothingGiven { target: Target },
    #[error("The Store would refuse the document, so nothing was sent:{}", lines(.0))]
    CheckErrors(Vec<String>),
    #[error("The Store may refuse the document, so nothing was sent. Change it, or allow each finding:{}", lines(.0))]
    MayBeRefused(Vec<String>),
    #[error("These changes need a yes to each of them, so nothing was sent:{}", lines(.0))]
    OpenRisks(Vec<String>),
    #[error(
        "The document marks files as PendingUpload, but no ZIP was given that holds them:{}", lines(.0)
    )]
    FilesWithoutZip(Vec<String>),
    #[error(
        "{} would not be used: the document marks no file as PendingUpload. Add the entries for its files, or leave the ZIP away.",
        .0
    )]
    ZipWithoutFiles(ZipSource),
    #[error(
        "Draft {id} is not replaced: the ZIP that was uploaded to it earlier would be lost with it. Publish again with that ZIP (--zip), or resume the run without --renew."
    )]
    ZipOnlyAtTheStore { id: String },
    #[error("The ZIP does not fit the document, so nothing was sent:{}", lines(.0))]
    ZipDoesNotFit(Vec<String>),
    #[error(
        "This is not what was approved (--expect): {changed} changed since, so nothing was sent. \
         Look at flightdeck diff {target} again and let its new hash be approved."
    )]
    NotApproved { target: Target, changed: String },
}

impl From<Refusal> for String {
    fn from(refusal: Refusal) -> Self {
        refusal.to_string()
    }
}

/// One line each, below the sentence.
fn lines(items: &[String]) -> String {
    items
        .iter()
        .fold(String::new(), |text, item| text + "\n  " + item)
}
