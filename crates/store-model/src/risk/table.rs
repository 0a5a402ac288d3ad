//! For every field of the three kinds of submission: whether a change of it is felt by customers, money or the audience. Compares
//! nothing; a test holds it to the schemas in both directions.

use super::{
    RiskKind,
    judge::{Felt, RiskRow},
    packages,
};
use crate::target::Kind;

const ALL: &[Kind] = &[Kind::App, Kind::AddOn, Kind::Flight];
const SOLD: &[Kind] = &[Kind::App, Kind::AddOn];
const PACKAGED: &[Kind] = &[Kind::App, Kind::Flight];
const APP: &[Kind] = &[Kind::App];
const ADD_ON: &[Kind] = &[Kind::AddOn];
const FLIGHT: &[Kind] = &[Kind::Flight];

const THE_STORES: &str = "only the Store writes it";
const A_TEXT: &str = "a text or picture of the listing, which the difference shows";
const IGNORED: &str = "the Store ignores it";
const NOT_PUBLIC: &str = "customers never see it";

const fn row(kinds: &'static [Kind], path: &'static str, felt: Felt) -> RiskRow {
    RiskRow { kinds, path, felt }
}

use Felt::{Changed, Lost, No, Own};
use RiskKind::{Coverage, Features, Licensing, Lifetime, Requirements, Rollout, Visibility};

#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "a method alone is bound to one lifetime"
)]
pub(super) const TABLE: &[RiskRow] = &[
    row(ALL, "/id", No(THE_STORES)),
    row(FLIGHT, "/flightId", No(THE_STORES)),
    row(ALL, "/status", No(THE_STORES)),
    row(ALL, "/statusDetails", No(THE_STORES)),
    row(ALL, "/fileUploadUrl", No(THE_STORES)),
    row(SOLD, "/friendlyName", No(THE_STORES)),
    // What it costs.
    row(SOLD, "/pricing/priceId", Own(|weighing| weighing.price())),
    row(
        SOLD,
        "/pricing/marketSpecificPricings",
        Own(|weighing| weighing.markets()),
    ),
    row(
        APP,
        "/pricing/trialPeriod",
        Own(|weighing| weighing.trial()),
    ),
    row(SOLD, "/pricing/sales", No(IGNORED)),
    row(SOLD, "/pricing/isAdvancedPricingModel", No(THE_STORES)),
    row(
        APP,
        "/hasExternalInAppProducts",
        Changed(Features, "Whether it sells things outside of the Store"),
    ),
    // Who finds it, and who may get it.
    row(SOLD, "/visibility", Own(|weighing| weighing.visibility())),
    row(
        APP,
        "/applicationCategory",
        Changed(Visibility, "The category under which customers find it"),
    ),
    row(
        APP,
        "/gamingOptions/*/genres",
        Changed(
            Visibility,
            "The kinds of game under which customers find it",
        ),
    ),
    row(SOLD, "/listings", Own(|weighing| weighing.languages())),
    row(
        APP,
        "/allowTargetFutureDeviceFamilies/*",
        Changed(Coverage, "Whether it is offered on this device family"),
    ),
    row(
        APP,
        "/allowMicrosoftDecideAppAvailabilityToFutureDeviceFamilies",
        Changed(
            Coverage,
            "Whether Microsoft may offer it on new device families",
        ),
    ),
    row(
        APP,
        "/hardwarePreferences",
        Changed(
            Requirements,
            "The hardware without which customers are warned",
        ),
    ),
    row(
        APP,
        "/listings/*/baseListing/minimumHardware",
        Changed(Requirements, "The hardware that customers are told to need"),
    ),
    // When it is published, and to how many.
    row(
        ALL,
        "/targetPublishMode",
        Own(|weighing| weighing.schedule()),
    ),
    row(
        ALL,
        "/targetPublishDate",
        No("weighed together with the mode"),
    ),
    row(
        PACKAGED,
        "/packageDeliveryOptions/packageRollout/isPackageRollout",
        Own(|weighing| weighing.rollout()),
    ),
    row(
        PACKAGED,
        "/packageDeliveryOptions/packageRollout/packageRolloutPercentage",
        No("told with the rollout that is on"),
    ),
    row(
        PACKAGED,
        "/packageDeliveryOptions/packageRollout/packageRolloutStatus",
        No(THE_STORES),
    ),
    row(
        PACKAGED,
        "/packageDeliveryOptions/packageRollout/fallbackSubmissionId",
        No(THE_STORES),
    ),
    row(
        PACKAGED,
        "/packageDeliveryOptions/isMandatoryUpdate",
        Own(|weighing| weighing.mandatory()),
    ),
    row(
        PACKAGED,
        "/packageDeliveryOptions/mandatoryUpdateEffectiveDate",
        No("weighed together with the mandatory update"),
    ),
    row(
        APP,
        "/isSeekEnabled",
        Changed(
            Rollout,
            "Whether customers outside of a rollout get the new packages when they look for updates",
        ),
    ),
    // What they get.
    row(APP, "/applicationPackages", Own(packages::coverage)),
    row(FLIGHT, "/flightPackages", Own(packages::coverage)),
    row(
        APP,
        "/applicationPackages/*/minimumDirectXVersion",
        Own(packages::minimums),
    ),
    row(
        APP,
        "/applicationPackages/*/minimumSystemRam",
        No("weighed together with the DirectX version"),
    ),
    row(
        FLIGHT,
        "/flightPackages/*/minimumDirectXVersion",
        Own(packages::minimums),
    ),
    row(
        FLIGHT,
        "/flightPackages/*/minimumSystemRam",
        No("weighed together with the DirectX version"),
    ),
    row(
        APP,
        "/enterpriseLicensing",
        Changed(Licensing, "How organisations may license it"),
    ),
    row(
        APP,
        "/listings/*/baseListing/licenseTerms",
        Lost(Licensing, "The licence terms of its own"),
    ),
    row(
        ADD_ON,
        "/lifetime",
        Changed(Lifetime, "How long a purchase lasts"),
    ),
    row(
        ADD_ON,
        "/contentType",
        Changed(Features, "The kind of content that is sold"),
    ),
    row(
        ADD_ON,
        "/keywords",
        Lost(Features, "The words by which the app finds its add-ons"),
    ),
    row(
        ADD_ON,
        "/tag",
        Lost(Features, "The data that the app reads from it"),
    ),
    row(
        APP,
        "/automaticBackupEnabled",
        Changed(Features, "Whether Windows backs up its data"),
    ),
    row(
        APP,
        "/canInstallOnRemovableMedia",
        Lost(Features, "That it can be installed on a removable drive"),
    ),
    row(
        APP,
        "/isGameDvrEnabled",
        Lost(Features, "That game clips can be recorded"),
    ),
    row(
        APP,
        "/meetAccessibilityGuidelines",
        Changed(Features, "Whether it is called accessible"),
    ),
    row(
        APP,
        "/gamingOptions/*/isLocalMultiplayer",
        Lost(Features, "Playing with others on one device"),
    ),
    row(
        APP,
        "/gamingOptions/*/isLocalCooperative",
        Lost(Features, "Playing together on one device"),
    ),
    row(
        APP,
        "/gamingOptions/*/isOnlineMultiplayer",
        Lost(Features, "Playing with others online"),
    ),
    row(
        APP,
        "/gamingOptions/*/isOnlineCooperative",
        Lost(Features, "Playing together online"),
    ),
    row(
        APP,
        "/gamingOptions/*/localMultiplayerMinPlayers",
        Changed(Features, "The fewest players on one device"),
    ),
    row(
        APP,
        "/gamingOptions/*/localMultiplayerMaxPlayers",
        Changed(Features, "The most players on one device"),
    ),
    row(
        APP,
        "/gamingOptions/*/localCooperativeMinPlayers",
        Changed(Features, "The fewest players together on one device"),
    ),
    row(
        APP,
        "/gamingOptions/*/localCooperativeMaxPlayers",
        Changed(Features, "The most players together on one device"),
    ),
    row(
        APP,
        "/gamingOptions/*/isBroadcastingPrivilegeGranted",
        Changed(Features, "Whether the game may be broadcast"),
    ),
    row(
        APP,
        "/gamingOptions/*/isCrossPlayEnabled",
        Lost(Features, "Playing across Windows and Xbox"),
    ),
    row(
        APP,
        "/gamingOptions/*/kinectDataForExternal",
        Changed(Features, "Whether Kinect data goes to services outside"),
    ),
    // What only the difference tells.
    row(APP, "/listings/*/baseListing", No(A_TEXT)),
    row(
        APP,
        "/listings/*/platformOverrides",
        No("without use today"),
    ),
    row(ADD_ON, "/listings/*/*", No(A_TEXT)),
    row(APP, "/trailers", No(A_TEXT)),
    row(PACKAGED, "/notesForCertification", No(NOT_PUBLIC)),
];
