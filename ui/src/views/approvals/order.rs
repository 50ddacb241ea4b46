//! Which cards stand in the inbox and in which order, so that nothing moves under the pointer.

use contract::approval::Approval;

/// What a card is known by: node and id.
pub type Key = (String, String);

/// The key of an approval.
pub fn key(approval: &Approval) -> Key {
    (approval.node.clone(), approval.id.clone())
}

/// Whether the person's pointer or keyboard is among the cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hand {
    Among,
    Away,
}

/// The cards to show. `waiting`: what waits now, what expires first on top. `settled`: shown
/// cards that were answered a moment ago. While the hand is among them every card keeps its
/// place and new ones come below; else those that wait are in order and the settled ones
/// stay where they were.
pub fn arranged(shown: &[Key], waiting: &[Key], settled: &[Key], hand: Hand) -> Vec<Key> {
    let mut cards: Vec<Key> = match hand {
        Hand::Among => shown.iter().filter(|key| waiting.contains(key) || settled.contains(key)).cloned().collect(),
        Hand::Away => waiting.to_vec(),
    };
    match hand {
        Hand::Among => cards.extend(waiting.iter().filter(|key| !shown.contains(key)).cloned()),
        Hand::Away => {
            for (at, key) in shown.iter().enumerate().filter(|(_, key)| settled.contains(key)) {
                cards.insert(at.min(cards.len()), key.clone());
            }
        }
    }
    cards
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(names: &str) -> Vec<Key> {
        names.split_whitespace().map(|name| ("n".to_owned(), name.to_owned())).collect()
    }

    fn check(shown: &str, waiting: &str, settled: &str, hand: Hand, cards: &str) {
        let found = arranged(&keys(shown), &keys(waiting), &keys(settled), hand);
        assert_eq!(found, keys(cards));
    }

    #[test]
    fn what_expires_first_is_on_top_while_the_hand_is_away() {
        check("b c", "a b c", "", Hand::Away, "a b c");
        check("a b c", "b c", "", Hand::Away, "b c");
    }

    #[test]
    fn nothing_moves_under_the_hand_and_new_cards_come_below() {
        check("b c", "a b c", "", Hand::Among, "b c a");
        check("a b c", "b c", "a", Hand::Among, "a b c");
    }

    #[test]
    fn an_answered_card_stays_in_its_place_for_a_moment() {
        check("a b c", "a c", "b", Hand::Away, "a b c");
        check("a b", "c", "a b", Hand::Away, "a b c");
    }

    #[test]
    fn a_card_that_is_simply_gone_leaves_even_under_the_hand() {
        check("a b", "b", "", Hand::Among, "b");
    }
}
