//! Floor 3: parts of a screen that know no domain and no job.

pub mod theme;
