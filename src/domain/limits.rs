//! The service's values, lengths and counts in one place, each with its § of the reference (store-api.md). Data, no logic.

/// What a field may hold.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// Text of at most so many characters.
    Text(Option<usize>),
    /// At most so many texts of at most so many characters each.
    Texts {
        count: usize,
        each: usize,
    },
    Bool,
    /// A number between two bounds.
    Number {
        least: f64,
        most: f64,
    },
    /// One value of an open enumeration, exact in case.
    OneOf(&'static [&'static str]),
    /// A list of such values.
    AllOf(&'static [&'static str]),
    /// A list of at most so many objects.
    Objects(Option<usize>),
    /// An object whose members the document chooses.
    Map,
    /// An ISO 8601 date, the unset date, or empty.
    Date,
}

/// A field by its path; `*` stands for any member or element.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub path: &'static str,
    pub shape: Shape,
    /// Where the reference says so.
    pub rule: &'static str,
}

const fn field(path: &'static str, shape: Shape, rule: &'static str) -> Field {
    Field { path, shape, rule }
}

// § 3.4
pub const VISIBILITIES: &[&str] = &["Hidden", "Public", "Private", "NotSet"];
pub const PUBLISH_MODES: &[&str] = &["Immediate", "Manual", "SpecificDate"];
pub const LICENSINGS: &[&str] = &["None", "Online", "OnlineAndOffline"];
pub const HARDWARE: &[&str] = &["Touch", "Keyboard", "Mouse", "Camera", "NfcHce", "Nfc", "BluetoothLE", "Telephony"];
/// § 3.4, Q15: a PUT needs each of these.
pub const NEEDED_FAMILIES: &[&str] = &["Desktop", "Mobile", "Xbox", "Holographic"];
pub const FAMILIES: &[&str] = &["Desktop", "Mobile", "Xbox", "Holographic", "Team"];
// § 3.5
pub const TRIALS: &[&str] = &["NoFreeTrial", "OneDay", "TrialNeverExpires", "SevenDays", "FifteenDays", "ThirtyDays"];
/// § 3.5: the tiers with a name; the others are `TierN` within [`TIERS`].
pub const NAMED_TIERS: &[&str] = &["Base", "NotAvailable", "Free"];
pub const TIERS: [std::ops::RangeInclusive<u32>; 2] = [2..=96, 1012..=1424];
/// § 3.6
pub const PLATFORMS: &[&str] = &["Unknown", "Windows80", "Windows81", "WindowsPhone71", "WindowsPhone80", "WindowsPhone81"];
pub const KEYWORD_WORDS: usize = 21;
/// § 3.7: screenshots with the most that a listing may have of each.
pub const SCREENSHOTS: &[(&str, usize)] =
    &[("Screenshot", 10), ("MobileScreenshot", 8), ("XboxScreenshot", 8), ("SurfaceHubScreenshot", 8), ("HoloLensScreenshot", 8)];
pub const IMAGE_TYPES: &[&str] = &[
    "Screenshot",
    "MobileScreenshot",
    "XboxScreenshot",
    "SurfaceHubScreenshot",
    "HoloLensScreenshot",
    "StoreLogo9x16",
    "StoreLogoSquare",
    "Icon",
    "PromotionalArt16x9",
    "PromotionalArtwork2400X1200",
    "XboxBrandedKeyArt",
    "XboxTitledHeroArt",
    "XboxFeaturedPromotionalArt",
    "SquareIcon358X358",
    "BackgroundImage1000X800",
    "PromotionalArtwork414X180",
    "PromotionalArtwork846X468",
    "PromotionalArtwork558X756",
    "PromotionalArtwork414X468",
    "PromotionalArtwork558X558",
    "WideIcon358X173",
    "Unknown",
];
/// § 3.7, 3.9, 3.10: bytes of one file.
pub const IMAGE_BYTES: u64 = 50 << 20;
pub const TRAILER_BYTES: u64 = 2 << 30;
pub const PACKAGE_BYTES: u64 = 25 << 30;
// § 3.8
pub const KINECT: &[&str] = &["NotSet", "Unknown", "Enabled", "Disabled"];
pub const GENRES: &[&str] = &[
    "Games_ActionAndAdventure",
    "Games_CardAndBoard",
    "Games_Casino",
    "Games_Educational",
    "Games_FamilyAndKids",
    "Games_Fighting",
    "Games_Music",
    "Games_Platformer",
    "Games_PuzzleAndTrivia",
    "Games_RacingAndFlying",
    "Games_RolePlaying",
    "Games_Shooter",
    "Games_Simulation",
    "Games_Sports",
    "Games_Strategy",
    "Games_Word",
    "UtilitiesAndTools_FileManager",
];
// § 3.9
pub const TRAILERS: usize = 15;
pub const TRAILER_ENDINGS: &[&str] = &["mp4", "mov"];
// § 3.10
pub const PACKAGE_ENDINGS: &[&str] = &["msix", "msixbundle", "msixupload", "appx", "appxbundle", "appxupload", "xap"];
pub const PACKAGES: usize = 25;
pub const DIRECTX: &[&str] = &["None", "DirectX93", "DirectX100"];
pub const RAM: &[&str] = &["None", "Memory2GB"];
/// § 3.12
pub const FILE_STATUSES: &[&str] = &["None", "PendingUpload", "Uploaded", "PendingDelete"];
// § 3.16
pub const CONTENT_TYPES: &[&str] = &[
    "NotSet",
    "BookDownload",
    "EMagazine",
    "ENewspaper",
    "MusicDownload",
    "MusicStream",
    "OnlineDataStorage",
    "VideoDownload",
    "VideoStream",
    "Asp",
    "OnlineDownload",
];
pub const LIFETIMES: &[&str] = &[
    "Forever",
    "OneDay",
    "ThreeDays",
    "FiveDays",
    "OneWeek",
    "TwoWeeks",
    "OneMonth",
    "TwoMonths",
    "ThreeMonths",
    "SixMonths",
    "OneYear",
];
// § 2.4
pub const PRODUCT_TYPES: &[&str] = &["Durable", "Consumable"];
pub const PRODUCT_ID: usize = 100;
pub const PRODUCT_ID_REFUSED: &[char] = &['<', '>', '*', '%', '&', ':', '\\', '?', '+', ','];

/// § 3.13
pub const CATEGORIES: &[&str] = &[
    "NotSet",
    "BooksAndReference",
    "BooksAndReference_EReader",
    "BooksAndReference_Fiction",
    "BooksAndReference_Nonfiction",
    "BooksAndReference_Reference",
    "Business",
    "Business_AccountingAndFinance",
    "Business_Collaboration",
    "Business_CRM",
    "Business_DataAndAnalytics",
    "Business_FileManagement",
    "Business_InventoryAndLogistics",
    "Business_LegalAndHR",
    "Business_ProjectManagement",
    "Business_RemoteDesktop",
    "Business_SalesAndMarketing",
    "Business_TimeAndExpenses",
    "DeveloperTools",
    "DeveloperTools_Database",
    "DeveloperTools_DesignTools",
    "DeveloperTools_DevelopmentKits",
    "DeveloperTools_Networking",
    "DeveloperTools_ReferenceAndTraining",
    "DeveloperTools_Servers",
    "DeveloperTools_Utilities",
    "DeveloperTools_Webhosting",
    "Education",
    "Education_BooksAndReference",
    "Education_EarlyLearning",
    "Education_InstructionalTools",
    "Education_Language",
    "Education_StudyAids",
    "Entertainment",
    "FoodAndDining",
    "GovernmentAndPolitics",
    "HealthAndFitness",
    "Medical",
    "Music",
    "NavigationAndMaps",
    "PhotoAndVideo",
    "Productivity",
    "Shopping",
    "Social",
    "Sports",
    "Games",
    "Games_ActionAndAdventure",
    "Games_CardAndBoard",
    "Games_Casino",
    "Games_Classics",
    "Games_Educational",
    "Games_FamilyAndKids",
    "Games_Fighting",
    "Games_MultiPlayerOnlineBattleArena",
    "Games_Music",
    "Games_Other",
    "Games_Platformer",
    "Games_PuzzleAndTrivia",
    "Games_RacingAndFlying",
    "Games_Roleplaying",
    "Games_Shooter",
    "Games_Simulation",
    "Games_Sports",
    "Games_Strategy",
    "Games_Tools",
    "Games_Word",
    "KidsAndFamily",
    "KidsAndFamily_BooksAndReference",
    "KidsAndFamily_Entertainment",
    "KidsAndFamily_HobbiesAndToys",
    "KidsAndFamily_SportsAndActivities",
    "KidsAndFamily_Travel",
    "Lifestyle",
    "Lifestyle_Automotive",
    "Lifestyle_DIY",
    "Lifestyle_HomeAndGarden",
    "Lifestyle_Relationships",
    "Lifestyle_SpecialInterest",
    "Lifestyle_StyleAndFashion",
    "MultimediaDesign",
    "MultimediaDesign_IllustrationAndGraphicDesign",
    "MultimediaDesign_MusicProduction",
    "MultimediaDesign_PhotoAndVideoProduction",
    "NewsAndWeather",
    "NewsAndWeather_News",
    "NewsAndWeather_Weather",
    "PersonalFinance",
    "PersonalFinance_BankingAndInvestments",
    "PersonalFinance_BudgetingAndTaxes",
    "Personalization",
    "Personalization_RingtonesAndSounds",
    "Personalization_Themes",
    "Personalization_WallpaperAndLockScreens",
    "Security",
    "Security_PCProtection",
    "Security_PersonalSecurity",
    "Travel",
    "Travel_CityGuides",
    "Travel_Hotels",
    "UtilitiesAndTools",
    "UtilitiesAndTools_BackupAndManage",
    "UtilitiesAndTools_FileManager",
];

const PLAYERS: Shape = Shape::Number { least: 2.0, most: 1000.0 };

/// An app's own fields.
pub const APP: &[Field] = &[
    field("applicationCategory", Shape::OneOf(CATEGORIES), "§ 3.13"),
    field("pricing/trialPeriod", Shape::OneOf(TRIALS), "§ 3.5"),
    field("hardwarePreferences", Shape::AllOf(HARDWARE), "§ 3.4"),
    field("automaticBackupEnabled", Shape::Bool, "§ 3.4"),
    field("canInstallOnRemovableMedia", Shape::Bool, "§ 3.4"),
    field("isGameDvrEnabled", Shape::Bool, "§ 3.4"),
    field("hasExternalInAppProducts", Shape::Bool, "§ 3.4"),
    field("meetAccessibilityGuidelines", Shape::Bool, "§ 3.4"),
    field("allowMicrosoftDecideAppAvailabilityToFutureDeviceFamilies", Shape::Bool, "§ 3.4"),
    field("allowTargetFutureDeviceFamilies", Shape::Map, "§ 3.4"),
    field("enterpriseLicensing", Shape::OneOf(LICENSINGS), "§ 3.4"),
    field("notesForCertification", Shape::Text(None), "§ 3.4"),
    field("applicationPackages", Shape::Objects(None), "§ 3.10"),
    field("trailers", Shape::Objects(Some(TRAILERS)), "§ 3.9"),
    field("trailers/*/videoFileName", Shape::Text(None), "§ 3.9"),
    field("trailers/*/trailerAssets", Shape::Map, "§ 3.9"),
    field("trailers/*/trailerAssets/*/title", Shape::Text(Some(255)), "§ 3.9"),
    field("trailers/*/trailerAssets/*/imageList", Shape::Objects(Some(1)), "§ 3.9"),
    field("gamingOptions", Shape::Objects(Some(1)), "§ 3.8"),
    field("gamingOptions/*/genres", Shape::AllOf(GENRES), "§ 3.8"),
    field("gamingOptions/*/isLocalMultiplayer", Shape::Bool, "§ 3.8"),
    field("gamingOptions/*/isLocalCooperative", Shape::Bool, "§ 3.8"),
    field("gamingOptions/*/isOnlineMultiplayer", Shape::Bool, "§ 3.8"),
    field("gamingOptions/*/isOnlineCooperative", Shape::Bool, "§ 3.8"),
    field("gamingOptions/*/localMultiplayerMinPlayers", PLAYERS, "§ 3.8"),
    field("gamingOptions/*/localMultiplayerMaxPlayers", PLAYERS, "§ 3.8"),
    field("gamingOptions/*/localCooperativeMinPlayers", PLAYERS, "§ 3.8"),
    field("gamingOptions/*/localCooperativeMaxPlayers", PLAYERS, "§ 3.8"),
    field("gamingOptions/*/isBroadcastingPrivilegeGranted", Shape::Bool, "§ 3.8"),
    field("gamingOptions/*/isCrossPlayEnabled", Shape::Bool, "§ 3.8"),
    field("gamingOptions/*/kinectDataForExternal", Shape::OneOf(KINECT), "§ 3.8"),
    field("listings/*/platformOverrides", Shape::Map, "§ 3.6"),
];

/// A listing of an app, below `listings/*/baseListing` and `listings/*/platformOverrides/*`.
pub const LISTING: &[Field] = &[
    field("copyrightAndTrademarkInfo", Shape::Text(Some(200)), "§ 3.6"),
    field("keywords", Shape::Texts { count: 7, each: 40 }, "§ 3.6"),
    field("licenseTerms", Shape::Text(Some(10_000)), "§ 3.6"),
    field("description", Shape::Text(Some(10_000)), "§ 3.6"),
    field("features", Shape::Texts { count: 20, each: 200 }, "§ 3.6"),
    field("releaseNotes", Shape::Text(Some(1500)), "§ 3.6"),
    field("recommendedHardware", Shape::Texts { count: 11, each: 200 }, "§ 3.6"),
    field("minimumHardware", Shape::Texts { count: 11, each: 200 }, "§ 3.6"),
    field("title", Shape::Text(None), "§ 3.6"),
    field("shortDescription", Shape::Text(Some(1000)), "§ 3.6"),
    field("shortTitle", Shape::Text(Some(50)), "§ 3.6"),
    field("sortTitle", Shape::Text(Some(255)), "§ 3.6"),
    field("voiceTitle", Shape::Text(Some(255)), "§ 3.6"),
    field("devStudio", Shape::Text(Some(255)), "§ 3.6"),
    field("images", Shape::Objects(None), "§ 3.7"),
    field("images/*/fileStatus", Shape::OneOf(FILE_STATUSES), "§ 3.12"),
    field("images/*/description", Shape::Text(Some(200)), "§ 3.7"),
    field("images/*/imageType", Shape::OneOf(IMAGE_TYPES), "§ 3.7"),
];

/// An add-on's own fields.
pub const ADD_ON: &[Field] = &[
    field("contentType", Shape::OneOf(CONTENT_TYPES), "§ 3.16"),
    field("keywords", Shape::Texts { count: 10, each: 30 }, "§ 3.16"),
    field("lifetime", Shape::OneOf(LIFETIMES), "§ 3.16"),
    field("tag", Shape::Text(Some(3000)), "§ 3.16"),
    field("listings/*/title", Shape::Text(Some(100)), "§ 3.16"),
    field("listings/*/description", Shape::Text(Some(200)), "§ 3.16"),
    field("listings/*/icon/fileStatus", Shape::OneOf(FILE_STATUSES), "§ 3.12"),
];

/// A flight's own fields.
pub const FLIGHT: &[Field] =
    &[field("flightPackages", Shape::Objects(None), "§ 3.17"), field("notesForCertification", Shape::Text(None), "§ 3.17")];

/// What is sold: apps and add-ons.
pub const OFFER: &[Field] = &[
    field("listings", Shape::Map, "§ 3.4"),
    field("pricing", Shape::Map, "§ 3.5"),
    field("pricing/marketSpecificPricings", Shape::Map, "§ 3.5"),
    field("visibility", Shape::OneOf(VISIBILITIES), "§ 3.4"),
];

/// When it is published: all three kinds.
pub const SCHEDULE: &[Field] =
    &[field("targetPublishMode", Shape::OneOf(PUBLISH_MODES), "§ 3.4"), field("targetPublishDate", Shape::Date, "§ 3.4")];

/// How packages are delivered: apps and flights.
pub const DELIVERY: &[Field] = &[
    field("packageDeliveryOptions/packageRollout/isPackageRollout", Shape::Bool, "§ 3.11"),
    field("packageDeliveryOptions/packageRollout/packageRolloutPercentage", Shape::Number { least: 0.0, most: 100.0 }, "§ 3.11"),
    field("packageDeliveryOptions/isMandatoryUpdate", Shape::Bool, "§ 3.11"),
    field("packageDeliveryOptions/mandatoryUpdateEffectiveDate", Shape::Date, "§ 3.11"),
];

/// A package, below the package list's elements.
pub const PACKAGE: &[Field] = &[
    field("fileStatus", Shape::OneOf(FILE_STATUSES), "§ 3.12"),
    field("minimumDirectXVersion", Shape::OneOf(DIRECTX), "§ 3.10"),
    field("minimumSystemRam", Shape::OneOf(RAM), "§ 3.10"),
];

/// § 3.18: the listing languages, lower case, between spaces.
pub const LANGUAGES: &str = " \
ar ar-sa ar-ae ar-bh ar-dz ar-eg ar-iq ar-jo ar-kw ar-lb ar-ly ar-ma ar-om ar-qa ar-sy ar-tn ar-ye \
af af-za sq sq-al am am-et hy hy-am as as-in az-arab az-arab-az az-cyrl az-cyrl-az az-latn az-latn-az \
eu eu-es be be-by bn bn-bd bn-in bs bs-cyrl bs-cyrl-ba bs-latn bs-latn-ba bg bg-bg ca ca-es ca-es-valencia \
chr-cher chr-cher-us chr-latn zh-hans zh-cn zh-hans-cn zh-sg zh-hans-sg zh-hant zh-hk zh-mo zh-tw \
zh-hant-hk zh-hant-mo zh-hant-tw hr hr-hr hr-ba cs cs-cz da da-dk prs prs-af prs-arab nl nl-nl nl-be \
en en-au en-ca en-gb en-ie en-in en-nz en-sg en-us en-za en-bz en-hk en-id en-jm en-kz en-mt en-my en-ph \
en-pk en-tt en-vn en-zw en-053 en-021 en-029 en-011 en-018 en-014 et et-ee fil fil-latn fil-ph fi fi-fi \
fr fr-be fr-ca fr-ch fr-fr fr-lu fr-015 fr-cd fr-ci fr-cm fr-ht fr-ma fr-mc fr-ml fr-re frc-latn frp-latn \
fr-155 fr-029 fr-021 fr-011 gl gl-es ka ka-ge de de-at de-ch de-de de-lu de-li el el-gr gu gu-in ha ha-latn \
ha-latn-ng he he-il hi hi-in hu hu-hu is is-is ig-latn ig-ng id id-id iu-cans iu-latn iu-latn-ca ga ga-ie \
xh xh-za zu zu-za it it-it it-ch ja ja-jp kn kn-in kk kk-kz km km-kh quc-latn qut-gt qut-latn rw rw-rw \
sw sw-ke kok kok-in ko ko-kr ku-arab ku-arab-iq ky-kg ky-cyrl lo lo-la lv lv-lv lt lt-lt lb lb-lu mk mk-mk \
ms ms-bn ms-my ml ml-in mt mt-mt mi mi-latn mi-nz mr mr-in mn-cyrl mn-mong mn-mn mn-phag ne ne-np \
nb nb-no nn nn-no no no-no or or-in fa fa-ir pl pl-pl pt-br pt pt-pt pa pa-arab pa-arab-pk pa-deva pa-in \
quz quz-bo quz-ec quz-pe ro ro-ro ru ru-ru gd-gb gd-latn sr-latn sr-latn-cs sr sr-latn-ba sr-latn-me \
sr-latn-rs sr-cyrl sr-cyrl-ba sr-cyrl-cs sr-cyrl-me sr-cyrl-rs nso nso-za tn tn-bw tn-za sd-arab sd-arab-pk \
sd-deva si si-lk sk sk-sk sl sl-si es es-cl es-co es-es es-mx es-ar es-bo es-cr es-do es-ec es-gt es-hn \
es-ni es-pa es-pe es-pr es-py es-sv es-us es-uy es-ve es-019 es-419 sv sv-se sv-fi tg-arab tg-cyrl \
tg-cyrl-tj tg-latn ta ta-in tt-arab tt-cyrl tt-latn tt-ru te te-in th th-th ti ti-et tr tr-tr tk-cyrl \
tk-latn tk-tm tk-latn-tr tk-cyrl-tr uk uk-ua ur ur-pk ug-arab ug-cn ug-cyrl ug-latn uz uz-cyrl uz-latn \
uz-latn-uz vi vi-vn cy cy-gb wo wo-sn yo-latn yo-ng ";

/// Whether a listing may have this language; any case.
pub fn is_language(code: &str) -> bool {
    !code.is_empty() && !code.contains(' ') && LANGUAGES.contains(&format!(" {} ", code.to_ascii_lowercase()))
}

/// Whether a price tier is one of § 3.5.
pub fn is_tier(tier: &str) -> bool {
    let number =
        tier.strip_prefix("Tier").filter(|digits| !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit()));
    NAMED_TIERS.contains(&tier)
        || number.and_then(|digits| digits.parse().ok()).is_some_and(|tier| TIERS.iter().any(|tiers| tiers.contains(&tier)))
}
