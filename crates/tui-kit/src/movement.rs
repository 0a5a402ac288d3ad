//! The ways to move through something: a list, a text that scrolls, a tree. Knows no key.

/// A step through whatever has the focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Movement {
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    Left,
    Right,
}

/// Whatever may be a movement: an action of the program, or a movement itself.
pub trait Moves: Copy {
    fn movement(self) -> Option<Movement>;
}

impl Moves for Movement {
    fn movement(self) -> Option<Movement> {
        Some(self)
    }
}
