//! Listing images, icons and thumbnails of a ZIP: format and pixels against what the Store wants of each (store-api.md § 3.7, 3.9, 3.16).
//! Opens nothing: what the pictures are was found out before.

use crate::archive::{
    central_directory::{Archive, Inside, PictureFormat},
    fit::{Fit, zip_path},
};
use crate::{
    finding::{Finding, Severity},
    json::pointer::member,
    package::{FileEntry, FileRole},
    product::plain_text,
    rule::Rule,
    rule_table as rule,
};
use serde_json::Value;

/// What pixels an image may have, in either orientation where it says so.
#[derive(Clone, Copy, Debug)]
enum Pixels {
    /// One of these.
    Exactly(&'static [(u32, u32)]),
    /// From the first to the second, longer side first, whichever way round.
    Between((u32, u32), (u32, u32)),
}

/// The requirement by image type. `false`: the sizes are by hearsay, or the type is an old one; then it is only a warning.
const REQUIREMENTS: &[(&str, Pixels, bool)] = &[
    (
        "Screenshot",
        Pixels::Between((1366, 768), (3840, 2160)),
        true,
    ),
    (
        "XboxScreenshot",
        Pixels::Between((1920, 1080), (3840, 2160)),
        true,
    ),
    (
        "HoloLensScreenshot",
        Pixels::Between((1268, 720), (3840, 2160)),
        true,
    ),
    (
        "StoreLogo9x16",
        Pixels::Exactly(&[(720, 1080), (1440, 2160)]),
        true,
    ),
    (
        "StoreLogoSquare",
        Pixels::Exactly(&[(1080, 1080), (2160, 2160)]),
        true,
    ),
    ("Icon", Pixels::Exactly(&[(300, 300)]), true),
    (
        "PromotionalArt16x9",
        Pixels::Exactly(&[(1920, 1080), (3840, 2160)]),
        true,
    ),
    (
        "PromotionalArtwork2400X1200",
        Pixels::Exactly(&[(2400, 1200)]),
        true,
    ),
    ("XboxBrandedKeyArt", Pixels::Exactly(&[(584, 800)]), false),
    ("XboxTitledHeroArt", Pixels::Exactly(&[(1920, 1080)]), false),
    (
        "XboxFeaturedPromotionalArt",
        Pixels::Exactly(&[(1080, 1080)]),
        false,
    ),
    ("SquareIcon358X358", Pixels::Exactly(&[(358, 358)]), false),
    (
        "BackgroundImage1000X800",
        Pixels::Exactly(&[(1000, 800)]),
        false,
    ),
    (
        "PromotionalArtwork414X180",
        Pixels::Exactly(&[(414, 180)]),
        false,
    ),
    (
        "PromotionalArtwork846X468",
        Pixels::Exactly(&[(846, 468)]),
        false,
    ),
    (
        "PromotionalArtwork558X756",
        Pixels::Exactly(&[(558, 756)]),
        false,
    ),
    (
        "PromotionalArtwork414X468",
        Pixels::Exactly(&[(414, 468)]),
        false,
    ),
    (
        "PromotionalArtwork558X558",
        Pixels::Exactly(&[(558, 558)]),
        false,
    ),
    ("WideIcon358X173", Pixels::Exactly(&[(358, 173)]), false),
];
const ADD_ON_ICON: (&str, Pixels, bool) =
    ("the add-on's icon", Pixels::Exactly(&[(300, 300)]), true);
const THUMBNAIL: (&str, Pixels, bool) = (
    "a trailer's thumbnail",
    Pixels::Exactly(&[(1920, 1080)]),
    true,
);

impl Pixels {
    fn allows(self, width: u32, height: u32) -> bool {
        match self {
            Self::Exactly(sizes) => sizes.contains(&(width, height)),
            Self::Between(least, most) => {
                let (long, short) = (width.max(height), width.min(height));
                long >= least.0 && short >= least.1 && long <= most.0 && short <= most.1
            }
        }
    }

    fn words(self) -> String {
        let size = |(width, height): (u32, u32)| format!("{width}×{height}");
        match self {
            Self::Exactly(sizes) => sizes
                .iter()
                .map(|size_| size(*size_))
                .collect::<Vec<_>>()
                .join(" or "),
            Self::Between(least, most) => format!("{} to {}", size(least), size(most)),
        }
    }
}

/// What is to be said about the pictures that the document waits for.
pub(super) fn remarks(
    document: &Value,
    expected: &[FileEntry],
    archive: &Archive,
    fit: &Fit,
) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for entry in expected {
        let near = fit
            .missing
            .iter()
            .find(|missing| missing.pointer == entry.pointer)
            .and_then(|missing| missing.near.as_ref());
        let path = near.map_or_else(|| zip_path(&entry.file_name), |near| near.name.clone());
        let Some(file) = archive.files.iter().find(|file| file.name == path) else {
            continue;
        };
        let image_type = document
            .pointer(&entry.pointer)
            .and_then(|value| member(value, "imageType"));
        let image_type = image_type
            .and_then(|(_, name)| name.as_str())
            .unwrap_or_default();
        let what = match entry.role {
            FileRole::Image => REQUIREMENTS
                .iter()
                .find(|(name, ..)| *name == image_type)
                .copied(),
            FileRole::Icon => Some(ADD_ON_ICON),
            FileRole::Thumbnail => Some(THUMBNAIL),
            FileRole::Package | FileRole::Trailer => continue,
        };
        let mut say = |severity: Severity, rule: Rule, sentence: String| {
            found.push(Finding {
                severity,
                ..Finding::new(entry.pointer.as_str(), rule, plain_text(&sentence))
            });
        };
        match &file.inside {
            Inside::NoPicture => {
                say(
                    Severity::Error,
                    rule::PICTURE_UNREADABLE,
                    format!(
                        "{path} is no picture that the Store takes: its content is neither PNG nor JPEG."
                    ),
                );
            }
            Inside::Picture {
                format,
                width,
                height,
            } => {
                if *format == PictureFormat::Jpeg {
                    say(
                        Severity::Warning,
                        rule::IMAGE_NOT_PNG,
                        format!("{path} is a JPEG inside; the Store wants PNG images."),
                    );
                }
                if let Some((name, pixels, is_sure)) =
                    what.filter(|(_, pixels, _)| !pixels.allows(*width, *height))
                {
                    let severity = if is_sure {
                        Severity::Error
                    } else {
                        Severity::Warning
                    };
                    let sentence = format!(
                        "{path} has {width}×{height} pixels; {name} needs {}.",
                        pixels.words()
                    );
                    say(severity, rule::PICTURE_SIZE, sentence);
                }
            }
            _ => {}
        }
    }
    found
}
