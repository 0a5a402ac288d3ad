//! The binary. Everything is in the library, see [`flightdeck::program`].

use std::process::ExitCode;

fn main() -> ExitCode {
    flightdeck::program::run()
}
