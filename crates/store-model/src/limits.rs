//! The service's numbers and endings that belong to no single place of a document, and so to no schema (`assets/schemas`), each
//! with its § of the reference (store-api.md). Data, no logic.

/// § 3.4, Q15: a PUT needs each of these.
pub const NEEDED_FAMILIES: &[&str] = &["Desktop", "Mobile", "Xbox", "Holographic"];
/// § 3.6: words of all keywords together.
pub const KEYWORD_WORDS: usize = 21;
/// § 3.7: screenshots with the most that a listing may have of each.
pub const SCREENSHOTS: &[(&str, usize)] = &[
    ("Screenshot", 10),
    ("MobileScreenshot", 8),
    ("XboxScreenshot", 8),
    ("SurfaceHubScreenshot", 8),
    ("HoloLensScreenshot", 8),
];
/// § 3.7: recognised in what is there, not for new images.
pub const OLD_IMAGE_TYPES: &[&str] = &[
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
/// § 3.9
pub const TRAILER_ENDINGS: &[&str] = &["mp4", "mov"];
/// § 3.10
pub const PACKAGE_ENDINGS: &[&str] = &[
    "msix",
    "msixbundle",
    "msixupload",
    "appx",
    "appxbundle",
    "appxupload",
    "xap",
];
/// Q37: the Store refuses more than 25 to 30.
pub const PACKAGES: usize = 25;
/// § 3.4: hours that a day of publication must be ahead.
pub const HOURS_AHEAD: i64 = 24;
// § 2.4
pub const PRODUCT_TYPES: &[&str] = &["Durable", "Consumable"];
pub const PRODUCT_ID: usize = 100;
pub const PRODUCT_ID_REFUSED: &[char] = &['<', '>', '*', '%', '&', ':', '\\', '?', '+', ','];
