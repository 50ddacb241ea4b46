//! What somebody unknown wrote (a certificate, a web page, a server before its handshake), made fit to stand in a
//! sentence of ours.

/// One line of visible characters, `most` of them at most, trimmed. Control characters go, and so do those that
/// reverse, join or hide the text around them.
pub(crate) fn plain(text: &str, most: usize) -> String {
    let visible: String = text.chars().filter(|c| !c.is_control() && !misleads(*c)).take(most).collect();
    visible.trim().to_owned()
}

fn misleads(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stranger_wrote_cannot_reverse_or_break_our_sentence() {
        assert_eq!(plain("home\u{7}lab\u{202e}txt.\u{200b}\r\n", 200), "homelabtxt.");
        assert_eq!(plain("  häfen  ", 4), "hä");
    }
}
