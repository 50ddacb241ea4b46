//! Long texts cut to a line.

/// The first line of a text that says anything, at most so many characters of it.
pub fn first_line(text: &str, most: usize) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    if line.chars().count() <= most {
        return line.to_owned();
    }
    let kept: String = line.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::first_line;

    #[test]
    fn a_text_is_cut_between_characters_and_after_its_first_line() {
        assert_eq!(first_line("\n  ää öö \nmore", 9), "ää öö");
        assert_eq!(first_line("ää ööü", 4), "ää…");
        assert_eq!(first_line(" \n", 4), "");
    }
}
