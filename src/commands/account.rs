//! `create` and `delete`: add-ons, flights and drafts.

use super::{
    context::CommandContext,
    event::Event,
    exit::{Exit, Failure},
    list,
    printer::Printer,
};
use crate::{
    cli::Create,
    engine::{
        driver::manage::{self, NewProduct},
        preflight::Refusal,
    },
};
use store_model::{product::Product, target::Target};

/// What the person said yes to.
pub(super) struct Consent<'a> {
    pub yes: bool,
    pub name: Option<&'a str>,
}

pub(super) async fn create(
    context: CommandContext,
    what: &Create,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    context.may_change()?;
    let product = match what.clone() {
        Create::Addon {
            app,
            product_id,
            product_type,
        } => NewProduct::AddOn {
            app,
            product_id,
            product_type: product_type.as_str().to_owned(),
        },
        Create::Flight {
            app,
            name,
            groups,
            rank_higher_than,
        } => NewProduct::Flight {
            app,
            name,
            groups,
            rank_higher_than,
        },
    };
    let made = manage::make(&context.services, &product).await?;
    if printer.is_json() {
        printer.json(&list::object(&made));
    } else {
        printer.line(format!("{}  {}", made.target, made.name));
        if let Some(draft) = &made.pending {
            printer.chatter(format!(
                "It has a first draft, {draft}: publish it with --pending keep."
            ));
        }
    }
    Ok(Exit::Done)
}

pub(super) async fn delete(
    context: CommandContext,
    target: &Target,
    draft: bool,
    consent: &Consent<'_>,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    context.may_change()?;
    let services = &context.services;
    let product = services.store.product(target).await?;
    if draft {
        let Some(id) = &product.pending else {
            let target = format!("{target} ({})", product.name);
            return Err(Refusal::NoDraft { target }.into());
        };
        if !consent.yes {
            return Err(Refusal::DeleteDraftNeedsYes {
                target: target.clone(),
                id: id.clone(),
                name: product.name.clone(),
            }
            .into());
        }
        let saved = manage::discard(services, target, id).await?;
        let event = Event::Deleted {
            target,
            submission_id: Some(id),
            saved: Some(saved.display().to_string()),
        };
        printer.either(&event, || {
            format!(
                "Deleted submission {id} of {target}. Its document is in {}",
                saved.display()
            )
        });
        return Ok(Exit::Done);
    }
    may_delete_product(target, &product, consent)?;
    manage::remove(services, target).await?;
    let event = Event::Deleted {
        target,
        submission_id: None,
        saved: None,
    };
    printer.either(&event, || format!("Deleted {target} ({}).", product.name));
    Ok(Exit::Done)
}

fn may_delete_product(
    target: &Target,
    product: &Product,
    consent: &Consent<'_>,
) -> Result<(), Failure> {
    let name = &product.name;
    match target {
        Target::App { .. } => Err(Refusal::AppsStay.into()),
        // Its owners would lose what they bought (store-api.md Q50).
        Target::AddOn { .. }
            if product.published.is_some() && consent.name != Some(name.as_str()) =>
        {
            let (target, name) = (target.clone(), name.clone());
            Err(Refusal::OwnedAddOn { target, name }.into())
        }
        _ if !consent.yes => {
            let (target, name) = (target.clone(), name.clone());
            Err(Refusal::DeleteNeedsYes { target, name }.into())
        }
        _ => Ok(()),
    }
}
