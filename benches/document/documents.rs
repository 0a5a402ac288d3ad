//! What a tab's edit and the review of a large document cost, without the screen around them.

use super::{
    Outcome,
    account::products,
    table::{Table, Times},
};
use flightdeck::{
    features::review::preview::Preview,
    features::review::tasks::Analyze,
    screen::{
        edit_session::EditSession,
        keymap::keymap,
        pane::{Commands, Context},
    },
    state::{Model, prepared::Prepared},
    tasks::report::TargetDetail,
};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};
use std::{
    hint::black_box,
    io::Write,
    sync::Arc,
    time::{Duration, Instant},
};
use store_model::{
    json::{document::pretty, edit::Edit},
    submission::Submission,
};
use tokio::runtime::Runtime;
use tui_kit::theme::Theme;

const EDITS: usize = 20;
const TRIES: usize = 5;

/// Changes a few places one after the other, as a person does; gives what each took.
fn edits(session: &mut EditSession, languages: &[String], context: &Context) -> Outcome<Times> {
    let mut times = Times::default();
    for (at, language) in languages.iter().cycle().take(EDITS).enumerate() {
        let pointer = format!("/listings/{language}/baseListing/title");
        let edit = [Edit::Set {
            pointer,
            value: json!(format!("Notes {at}")),
        }];
        // Whoever has drawn the document knows it again, but does not keep it.
        let shown = session.value().as_ref().map(Arc::downgrade);
        let context = Context {
            uptime: Duration::from_secs(at as u64),
            now: Timestamp::now(),
            ..*context
        };
        let begun = Instant::now();
        session.change(&edit, &context)?;
        black_box((session.value(), shown));
        times.add(begun.elapsed());
    }
    Ok(times)
}

pub(crate) fn measure(
    runtime: &Runtime,
    document: Value,
    table: &mut Table<impl Write>,
) -> Outcome<()> {
    let Some(product) = products(runtime, 1)?.pop() else {
        return Err("no product".into());
    };
    let target = product.target.clone();
    let languages: Vec<String> = document
        .get("listings")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(language, _)| language.clone())
        .collect();
    let published = Submission {
        id: "1152921505690000101".to_owned(),
        document,
    };
    let detail = Arc::new(TargetDetail {
        product,
        published: Some(published),
        pending: None,
        edit: None,
    });
    let server = Prepared {
        target: &target,
        detail: &detail,
        text: None,
        base: None,
        base_body: None,
        remote_changes: &[],
        zip: None,
        kept: None,
    };
    let body = server.body().unwrap_or_default();
    let text = pretty(&body);
    let name = format!("document of {:.1} MB", text.len() as f64 / 1e6);
    let edited = text.replacen("\"Notes\"", "\"Other notes\"", 1);
    let prepared = Prepared {
        text: Some(&edited),
        ..server
    };

    let model = Model::default();
    let mut session =
        EditSession::open(&server, Some(body.into()), Duration::ZERO).ok_or("nothing to edit")?;
    let (keymap, commands) = (keymap(&[])?, Commands::default());
    let context = Context {
        model: &model,
        theme: &Theme::default(),
        keymap: &keymap,
        zone: &TimeZone::UTC,
        selected: Some(&target),
        now: Timestamp::now(),
        uptime: Duration::ZERO,
        is_focused: true,
        commands: &commands,
    };
    let times = edits(&mut session, &languages, &context)?;
    table.time(
        &format!("{name}: an edit by a tab, median"),
        times.at(0.5),
        Some(10.0),
    )?;
    table.time(
        &format!("{name}: an edit by a tab, worst of {EDITS}"),
        times.at(1.0),
        Some(20.0),
    )?;

    for (what, prepared) in [("unedited", &server), ("edited", &prepared)] {
        let (mut jobs, mut times) = (Times::default(), Times::default());
        for _ in 0..TRIES {
            let documents = Analyze {
                detail: Arc::clone(&detail),
                first: prepared.first(),
                text: prepared.text.map(Into::into),
                zip_packages: prepared.zip_packages(&model),
            };
            let begun = Instant::now();
            let analysis = Arc::new(black_box(documents.analysis(Timestamp::now())));
            jobs.add(begun.elapsed());
            let begun = Instant::now();
            let preview = black_box(Preview::of(&model, prepared, analysis));
            times.add(begun.elapsed());
            drop(preview);
        }
        table.time(
            &format!("{name}: weighed for a review, {what} (a job)"),
            jobs.at(0.5),
            None,
        )?;
        table.time(
            &format!("{name}: what was weighed is made a review, {what}"),
            times.at(0.5),
            Some(10.0),
        )?;
    }
    Ok(())
}
