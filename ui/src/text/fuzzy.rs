//! Finds what a person means by a few letters: they must stand in the text in that order.

/// How well `typed` fits `text`; more is better, `None` when a letter is missing. Case is ignored.
pub fn score(typed: &str, text: &str) -> Option<i32> {
    let text: Vec<char> = text.to_lowercase().chars().collect();
    let (mut score, mut from, mut before): (i32, usize, Option<usize>) = (0, 0, None);
    for letter in typed.to_lowercase().chars().filter(|letter| !letter.is_whitespace()) {
        let at = (from..text.len()).find(|at| text[*at] == letter)?;
        // A later place at a word's start means more than the first place inside one.
        let starts = |at: &usize| *at == 0 || !text[at - 1].is_alphanumeric();
        let follows = before.is_some_and(|before| before + 1 == at);
        let at = match follows || starts(&at) {
            true => at,
            false => (at..text.len()).find(|at| text[*at] == letter && starts(at)).unwrap_or(at),
        };
        score += match before {
            Some(before) if before + 1 == at => 12,
            _ if starts(&at) => 10,
            _ => 1,
        };
        score -= i32::try_from((at - from).min(8)).unwrap_or(0);
        (from, before) = (at + 1, Some(at));
    }
    Some(score - i32::try_from(text.len().min(64)).unwrap_or(0) / 16)
}

#[cfg(test)]
mod tests {
    use super::score;

    #[test]
    fn letters_must_come_in_order_whatever_their_case() {
        assert!(score("fg", "Forge").is_some());
        assert!(score("gf", "Forge").is_none());
        assert!(score("", "anything").is_some());
    }

    #[test]
    fn starts_of_words_beat_letters_inside_them() {
        assert!(score("ho", "homelab") > score("ho", "archon"));
        assert!(score("hf", "homelab forge") > score("hf", "shelf"));
        assert!(score("deploy", "prod-1 deploy") > score("deploy", "dev employ"));
    }
}
