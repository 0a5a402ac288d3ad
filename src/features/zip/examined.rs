//! The ZIP under the cursor: examined, repaired, chosen.

use super::picker::ZipPicker;
use crate::screen::overlay::Closing;
use crate::{
    screen::{
        command::{Command, ToastLevel},
        pane::Context,
    },
    state::prepared::{CheckVerdict, Prepared, count, package_identity},
    tasks::{browse::Examine, report::Examined},
};
use std::path::{Path, PathBuf};
use store_model::{
    archive::fit::Fit,
    zip_check::{Repair, apply_to, repairs},
};
use tui_kit::theme::Role;

impl ZipPicker {
    pub(super) fn examine(&mut self, zip: &Path, cx: &Context) {
        self.asked = Some(zip.to_owned());
        self.examine_at = None;
        let document = self
            .verdict
            .as_ref()
            .and_then(CheckVerdict::shared)
            .unwrap_or_default();
        let identity = package_identity(cx.model, &self.target);
        cx.send(Command::start(Examine {
            zip: zip.to_owned(),
            kind: self.target.kind(),
            document,
            identity,
        }));
    }

    pub(super) fn choose(&mut self, zip: PathBuf, cx: &Context) -> Closing {
        let examined = cx
            .model
            .examined
            .value()
            .filter(|examined| examined.zip == zip);
        if let Some(broken) = examined.and_then(|examined| examined.broken.as_ref()) {
            self.note = Some((format!("✗ It cannot be uploaded: {broken}."), Role::Danger));
            return Closing::Stay;
        }
        let name = zip
            .file_name()
            .map_or_else(|| zip.to_string_lossy(), |name| name.to_string_lossy())
            .into_owned();
        let fit = examined.and_then(|examined| self.fit(examined));
        let mut answer = vec![Command::ChooseZip {
            target: self.target.clone(),
            zip: Some(zip),
        }];
        if let Some(fit) = fit.filter(|fit| !fit.is_ok()) {
            let wrong = count(fit.errors(), "thing is", "things are");
            let said = format!("{name} is chosen, but does not fit yet: {wrong} wrong.");
            answer.push(Command::Toast(ToastLevel::Warning, said));
        }
        Closing::Close(answer)
    }

    pub(super) fn fit(&self, examined: &Examined) -> Option<Fit> {
        self.verdict.as_ref()?.fit(self.target.kind(), examined)
    }

    /// What can be repaired for the ZIP under the cursor.
    pub(super) fn repairs(&self, cx: &Context) -> Vec<Repair> {
        let examined = self.zip(cx).and_then(|zip| {
            cx.model
                .examined
                .value()
                .filter(|examined| examined.zip == zip.path)
        });
        let value = self.verdict.as_ref().and_then(CheckVerdict::value);
        match (examined, value) {
            (Some(examined), Some(value)) if examined.broken.is_none() => self
                .fit(examined)
                .map(|fit| repairs(self.target.kind(), value, &fit))
                .unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    pub(super) fn repair(&mut self, cx: &Context) {
        let repairs = self.repairs(cx);
        if repairs.is_empty() {
            self.note = Some((
                "Nothing in the JSON can be repaired for this ZIP.".into(),
                Role::Warning,
            ));
            return;
        }
        let prepared = Prepared::of(cx.model, &self.target);
        let Some(text) = prepared.as_ref().and_then(Prepared::editable_text) else {
            return;
        };
        let text = apply_to(&text, &repairs);
        let body = prepared.and_then(|prepared| prepared.body());
        let verdict =
            CheckVerdict::of_text(self.target.kind(), text.clone(), body.as_ref(), cx.now);
        self.expected = verdict.expected(self.target.kind());
        self.verdict = Some(verdict);
        let places = if repairs.len() == 1 {
            "1 place".to_owned()
        } else {
            format!("{} places", repairs.len())
        };
        self.note = Some((
            format!("✓ The JSON was changed in {places}; you can still edit it."),
            Role::Good,
        ));
        cx.send(Command::Edited {
            target: self.target.clone(),
            text,
        });
    }
}
