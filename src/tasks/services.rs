//! What tasks work with: the Store, the files and the settings of one profile. Built once at the start, cloned into every task.

use super::shared_budget::SharedBudget;
use crate::{
    engine::cadence::Cadence,
    storage::{
        DiskError, Home, LedgerFile,
        config::{Config, file, profile},
    },
};
use futures::future::{BoxFuture, Shared};
use std::sync::Arc;
use store_client::{
    Credential, Exchange, Ledger, Observe, SecretFault, Store, StoreSettings,
    blob::{Checksum, UploadSettings},
    http::{self, HttpClientError},
};
use tokio_util::sync::CancellationToken;

/// Cheap to clone: everything inside is shared.
#[derive(Clone)]
pub struct Services {
    pub store: Store,
    /// For blob storage; the same client that the Store uses.
    pub http: reqwest::Client,
    pub home: Home,
    /// The profile's name: journals and caches belong to it.
    pub profile: String,
    /// Whether a commit and a deletion ask for confirmation.
    pub is_protected: bool,
    pub cadence: Cadence,
    /// A person sees what is seen here.
    pub is_dashboard: bool,
    pub upload: UploadSettings,
    /// The program ends: what is only followed is left as it is, for the next start.
    pub closing: CancellationToken,
}

/// Services that may still be in the making, or the reason why there are none.
pub type PendingServices = Shared<BoxFuture<'static, Result<Services, String>>>;

/// Why nothing can be done at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("The HTTPS client could not be made: {0}")]
    Http(#[from] HttpClientError),
    #[error(transparent)]
    Disk(#[from] DiskError),
}

impl Services {
    /// `observe` sees every request of the Store client; it must not wait.
    pub fn open(
        config: &Config,
        profile: &profile::Profile,
        observe: Observe,
    ) -> Result<Self, OpenError> {
        Self::at(
            Home::prepare(&config.paths.data, &config.paths.cache)?,
            config,
            profile,
            observe,
        )
    }

    /// The same on folders that are prepared already. Reads the system's certificates, which takes several milliseconds.
    pub fn at(
        home: Home,
        config: &Config,
        profile: &profile::Profile,
        observe: Observe,
    ) -> Result<Self, OpenError> {
        let ledger = home.ledger(&account(profile));
        Self::with_home(config, profile, observe, home, Some(ledger))
    }

    /// For work that changes nothing: folders that cannot be written are no reason to refuse it. Says what is not kept.
    pub fn open_to_read(
        config: &Config,
        profile: &profile::Profile,
        observe: Observe,
    ) -> Result<(Self, Option<DiskError>), OpenError> {
        let home = Home::at(&config.paths.data, &config.paths.cache);
        let ledger = home.ledger(&account(profile));
        let lost = ledger.prove().err();
        let ledger = lost.is_none().then_some(ledger);
        Ok((
            Self::with_home(config, profile, observe, home, ledger)?,
            lost,
        ))
    }

    fn with_home(
        config: &Config,
        profile: &profile::Profile,
        observe: Observe,
        home: Home,
        ledger: Option<LedgerFile>,
    ) -> Result<Self, OpenError> {
        let http = http::http_client_for(&profile.store)?;
        let observe = logged(observe);
        let settings = StoreSettings {
            login: profile.login.clone(),
            store: profile.store.clone(),
            tenant: profile.tenant.clone(),
            client: profile.client.clone(),
            credential: credential(&profile.credential),
            requests_per_minute: profile.requests_per_minute,
        };
        let (follow, upload) = (config.follow(), config.upload());
        let ledger = ledger.map(|ledger| Arc::new(SharedBudget(ledger)) as Arc<dyn Ledger>);
        let store = Store::with_ledger(http.clone(), settings, observe, ledger);
        let waits = store.waits();
        Ok(Self {
            store,
            http,
            home,
            profile: profile.name.clone(),
            is_protected: profile.protected,
            cadence: Cadence {
                shortest: follow.shortest,
                longest: follow.longest,
            },
            is_dashboard: false,
            closing: CancellationToken::new(),
            upload: UploadSettings {
                connections: upload.connections as usize,
                block_size: upload.block_size,
                checksum: match upload.checksum {
                    file::Checksum::Crc64 => Checksum::Crc64,
                    file::Checksum::Md5 => Checksum::Md5,
                    file::Checksum::None => Checksum::None,
                },
                bandwidth: upload.bandwidth,
                waits,
            },
        })
    }
}

/// Every request goes into the log as well, whoever else wants to know.
fn logged(observe: Observe) -> Observe {
    Arc::new(move |exchange: Exchange| {
        tracing::info!(
            method = exchange.method,
            path = exchange.path,
            status = exchange.status,
            ms = exchange.elapsed.as_millis() as u64,
            correlation = exchange.correlation,
            error = exchange.error,
            "request"
        );
        observe(exchange);
    })
}

/// The service counts by tenant: two profiles of one tenant share what is left of the minute.
fn account(profile: &profile::Profile) -> String {
    format!(
        "{} {}",
        profile.store.origin().ascii_serialization(),
        profile.tenant.to_ascii_lowercase()
    )
}

fn credential(credential: &profile::Credential) -> Credential {
    match credential {
        profile::Credential::Secret(source) => {
            let source = source.clone();
            Credential::Secret(Arc::new(move || {
                source
                    .read()
                    .map_err(|error| SecretFault::Source(error.to_string()))
            }))
        }
        profile::Credential::Federated(path) => Credential::FederatedToken(path.clone()),
    }
}
