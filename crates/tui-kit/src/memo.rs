//! What was computed for a key, until the key is another one: what is drawn at every frame is made once. Knows neither.

use std::{cell::RefCell, rc::Rc};

#[derive(Debug)]
pub struct Memo<K, V>(RefCell<Option<(K, Rc<V>)>>);

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self(RefCell::new(None))
    }
}

impl<K: PartialEq, V> Memo<K, V> {
    /// What was made for this key, else what is made now. Nothing is kept of what cannot be made.
    pub fn get(&self, key: K, make: impl FnOnce() -> Option<V>) -> Option<Rc<V>> {
        if let Some((_, value)) = self.0.borrow().as_ref().filter(|(of, _)| *of == key) {
            return Some(Rc::clone(value));
        }
        let value = Rc::new(make()?);
        *self.0.borrow_mut() = Some((key, Rc::clone(&value)));
        Some(value)
    }

    /// Gives what was made last, and forgets it.
    pub fn take(&self) -> Option<Rc<V>> {
        self.0.take().map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_once_for_a_key_and_anew_for_another() {
        let memo = Memo::default();
        assert_eq!(memo.get(1, || Some("one")).as_deref(), Some(&"one"));
        assert_eq!(memo.get(1, || None).as_deref(), Some(&"one"));
        assert_eq!(memo.get(2, || None), None);
        assert_eq!(memo.get(2, || Some("two")).as_deref(), Some(&"two"));
        assert_eq!(memo.take().as_deref(), Some(&"two"));
        assert_eq!(memo.get(2, || None), None);
    }
}
