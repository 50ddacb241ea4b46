//! A set of names that forgets the oldest ones: memory stays bounded however long a
//! connection lives.

use std::collections::{HashSet, VecDeque};

/// The last names seen, at most `limit` of them.
#[derive(Debug)]
pub(crate) struct Recent {
    names: HashSet<Box<str>>,
    order: VecDeque<Box<str>>,
    limit: usize,
}

impl Recent {
    /// An empty set that keeps `limit` names.
    pub fn new(limit: usize) -> Self {
        Self { names: HashSet::new(), order: VecDeque::new(), limit }
    }

    /// Remembers a name; whether it was new.
    pub fn insert(&mut self, name: &str) -> bool {
        if self.names.contains(name) {
            return false;
        }
        if self.order.len() >= self.limit
            && let Some(oldest) = self.order.pop_front()
        {
            self.names.remove(&oldest);
        }
        self.names.insert(name.into());
        self.order.push_back(name.into());
        true
    }

    /// Whether the name is remembered.
    pub fn contains(&self, name: &str) -> bool {
        self.names.contains(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_name_is_forgotten_first() {
        let mut recent = Recent::new(2);
        assert!(recent.insert("a") && recent.insert("b") && !recent.insert("a"));
        assert!(recent.insert("c"));
        assert!(!recent.contains("a") && recent.contains("b") && recent.contains("c"));
    }
}
