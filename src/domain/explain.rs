//! What the service's error codes mean to a person, from `assets/errors.toml`.

/// A code explained.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    pub meaning: String,
    pub advice: String,
    pub where_: String,
    pub portal: bool,
    pub is_noise: bool,
}

/// Explains a code of the service, of sign-in or of HTTP; `details` is what came with it.
pub fn explain(code: &str, details: &str) -> Option<Explanation> {
    let _ = (code, details);
    None
}
