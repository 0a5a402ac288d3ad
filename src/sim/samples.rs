//! Sample ZIPs.
