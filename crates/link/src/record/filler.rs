//! Filler for words that are nobody's business: each character gives way to one of its class and of its length in
//! bytes. So lengths, words, prefixes and equal texts stay what they were, and nothing can be read back.

/// The text with every letter and digit replaced. Spaces and punctuation stay.
pub(super) fn fill(text: &str) -> String {
    text.chars().map(of).collect()
}

fn of(char: char) -> char {
    match char {
        'a'..='z' => 'x',
        'A'..='Z' => 'X',
        '0'..='9' => '0',
        char if char.is_ascii() => char,
        char if char.is_alphanumeric() => match char.len_utf8() {
            2 => 'é',
            3 => '字',
            _ => '𠀀',
        },
        // Faces and signs tell as much as words.
        char if u32::from(char) >= 0x1_F000 && char.len_utf8() == 4 => '🙂',
        char => char,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_keeps_its_class_and_its_length() {
        let text = "Call Zoë at 12:30, 明日! 🦀\u{200b}\n\t/stop";
        let filled = fill(text);
        assert_eq!(filled, "Xxxx Xxé xx 00:00, 字字! 🙂\u{200b}\n\t/xxxx");
        assert_eq!(filled.len(), text.len());
        assert_eq!(fill(&filled), filled);
    }

    #[test]
    fn what_is_said_in_pieces_is_filled_as_what_is_said_at_once() {
        let (first, second) = ("Good mor", "ning, Ada");
        assert_eq!(fill(first) + &fill(second), fill("Good morning, Ada"));
    }
}
