//! The state behind one lock, and how a Store call is answered from it: bring submissions up to date, find the product, do the work.

use crate::access::Access;
use crate::call::{Call, Key, StoreRequest, Verb};
use crate::errors::{self, Reply};
use crate::faults::Faults;
use crate::scenario::{Effect, Rule};
use crate::seed::Kind;
use crate::store::Store;
use crate::{pipeline, products, rollout, sign_in, submissions};

pub(super) struct Service {
    pub store: Store,
    pub access: Access,
    pub faults: Faults,
}

impl Service {
    /// Answers sign-in and Store calls; `rules` are the faults of this call.
    pub(super) fn answer(&mut self, request: &StoreRequest, rules: &[Rule]) -> Reply {
        let call = &request.call;
        if call.verb == Verb::SignIn {
            let tenant = call
                .path
                .trim_matches('/')
                .split('/')
                .next()
                .unwrap_or_default();
            return sign_in::token(
                &mut self.access,
                &self.store.env.switches,
                tenant,
                &call.path,
                &request.body,
            );
        }
        pipeline::catch_up(&mut self.store);
        if call.verb != Verb::Create {
            self.store.plan(call, rules);
        }
        let reply = self.store.answer(request);
        if call.verb == Verb::Create && reply.is_success() {
            self.store.plan(call, rules);
        }
        *self.store.answered.entry(call.verb).or_default() += 1;
        if reply.is_success() {
            *self.store.succeeded.entry(call.verb).or_default() += 1;
        }
        reply
    }

    /// Applies the faults of a blob call that change the blob.
    pub(super) fn apply_to_blob(&mut self, call: &Call, rules: &[Rule]) {
        let Some(blob) = &call.name else { return };
        for rule in rules {
            match rule.effect {
                Effect::ExpireUpload => self.store.env.blobs.expire(blob),
                Effect::LoseBlocks => self.store.env.blobs.forget_blocks(blob),
                _ => {}
            }
        }
    }
}

impl Store {
    fn answer(&mut self, request: &StoreRequest) -> Reply {
        let call = &request.call;
        match call.verb {
            Verb::ListApps => return products::list_apps(self, call),
            Verb::ListAddons => return products::list_add_ons(self, call),
            Verb::CreateAddon => return products::create_add_on(self, &request.body),
            _ => {}
        }
        let key = match self.find(call) {
            Ok(key) => key,
            Err(refusal) => return refusal,
        };
        match call.verb {
            Verb::GetApp | Verb::GetAddon | Verb::GetFlight => products::get(self, &key),
            Verb::ListAppAddons => products::list_app_add_ons(self, call),
            Verb::ListFlights => products::list_flights(self, call),
            Verb::CreateFlight => products::create_flight(self, &key, &request.body),
            Verb::DeleteAddon => products::delete_add_on(self, &key),
            Verb::DeleteFlight => products::delete_flight(self, &key),
            Verb::Create => submissions::create(self, &key, request),
            Verb::Get | Verb::Update | Verb::Delete | Verb::Commit | Verb::Status => {
                submissions::one(self, &key, request)
            }
            Verb::GetRollout | Verb::SetRollout | Verb::HaltRollout | Verb::FinalizeRollout => {
                rollout::answer(self, &key, call)
            }
            _ => Reply::empty(404),
        }
    }

    /// The product that the path names, or the refusal: 403 with nothing for an app of somebody else.
    fn find(&self, call: &Call) -> Result<Key, Reply> {
        let Some(key) = &call.product else {
            return Err(Reply::empty(404));
        };
        if let Some(app) = &call.app {
            let Some(app) = self.products.get(&(Kind::App, app.clone())) else {
                let is_store_id = app.len() == 12 && app.chars().all(|c| c.is_ascii_alphanumeric());
                return Err(Reply::empty(if is_store_id { 403 } else { 404 }));
            };
            if app.is_unsupported {
                return Err(errors::unsupported_product());
            }
        }
        let not_found = || match key.0 {
            Kind::Flight => errors::refusal(
                404,
                "ResourceNotFound",
                Some("flightId"),
                "Flight not found",
            ),
            _ => errors::refusal(
                404,
                "ResourceNotFound",
                Some("inAppProductId"),
                "In app product not found",
            ),
        };
        let product = self.products.get(key).ok_or_else(not_found)?;
        if key.0 == Kind::Flight
            && !product.app.as_deref().is_some_and(|app| {
                call.app
                    .as_deref()
                    .is_some_and(|asked| app.eq_ignore_ascii_case(asked))
            })
        {
            return Err(not_found());
        }
        if product.is_unsupported {
            return Err(errors::unsupported_product());
        }
        Ok(key.clone())
    }

    /// Plans the faults of this call for the product's pending submission.
    fn plan(&mut self, call: &Call, rules: &[Rule]) {
        let Some(submission) = call
            .product
            .as_ref()
            .and_then(|key| self.products.get_mut(key))
            .and_then(|product| product.pending_mut())
        else {
            return;
        };
        for rule in rules {
            rule.plan(submission);
            if let Some(blob) = &submission.blob {
                match rule.effect {
                    Effect::ExpireUpload => self.env.blobs.expire(blob),
                    Effect::LoseBlocks => self.env.blobs.forget_blocks(blob),
                    _ => {}
                }
            }
        }
    }
}
