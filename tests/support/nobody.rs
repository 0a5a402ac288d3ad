//! An address at which nobody listens, for as long as a test needs it. Knows nothing of the program.

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

use std::net::{SocketAddr, TcpListener, TcpStream};

/// A port that is taken, so that no other test is given it, and at which every connection is refused.
pub(crate) struct Nobody {
    held: TcpStream,
    _other_end: TcpListener,
}

impl Nobody {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Self {
            held: TcpStream::connect(listener.local_addr().unwrap()).unwrap(),
            _other_end: listener,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.held.local_addr().unwrap()
    }
}
