//! The service's numbers and endings that belong to no single place of a document, and so to no schema (`assets/schemas`), each
//! with its section of docs/store-api.md. Data, no logic.

/// #device-families: a PUT needs each of these.
pub const NEEDED_FAMILIES: &[&str] = &["Desktop", "Mobile", "Xbox", "Holographic"];
/// #listing-text-limits: words of all keywords together.
pub const KEYWORD_WORDS: usize = 21;
/// #listing-images: screenshots with the most that a listing may have of each.
pub const SCREENSHOTS: &[(&str, usize)] = &[
    ("Screenshot", 10),
    ("MobileScreenshot", 8),
    ("XboxScreenshot", 8),
    ("SurfaceHubScreenshot", 8),
    ("HoloLensScreenshot", 8),
];
/// #listing-images: recognised in what is there, not for new images.
pub const OLD_IMAGE_TYPES: &[&str] = &[
    "PromotionalArtwork846X468",
    "PromotionalArtwork558X756",
    "PromotionalArtwork414X468",
    "PromotionalArtwork558X558",
    "WideIcon358X173",
    "Unknown",
];
/// #file-size-limits: bytes of one file.
pub const IMAGE_BYTES: u64 = 50 << 20;
pub const TRAILER_BYTES: u64 = 2 << 30;
pub const PACKAGE_BYTES: u64 = 25 << 30;
/// #trailers
pub const TRAILER_ENDINGS: &[&str] = &["mp4", "mov"];
/// #package-file-types
pub const PACKAGE_ENDINGS: &[&str] = &[
    "msix",
    "msixbundle",
    "msixupload",
    "appx",
    "appxbundle",
    "appxupload",
    "xap",
];
pub const ENCRYPTED_ENDINGS: &[&str] = &["eappx", "eappxbundle", "emsix", "emsixbundle"];
/// #number-of-packages: the Store refuses more than 25 to 30.
pub const PACKAGES: usize = 25;
/// #publish-mode-and-date: hours that a day of publication must be ahead.
pub const HOURS_AHEAD: i64 = 24;
// #new-add-ons
pub const PRODUCT_TYPES: &[&str] = &["Durable", "Consumable"];
pub const PRODUCT_ID: usize = 100;
pub const PRODUCT_ID_REFUSED: &[char] = &['<', '>', '*', '%', '&', ':', '\\', '?', '+', ','];
