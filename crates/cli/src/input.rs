//! What comes in by standard input: keys, messages, patches. The only file that reads it whole.

use std::io::Read;

use anyhow::{Context, bail};
use secrecy::SecretString;

/// All of it; `what` names it where it cannot be read.
pub fn all(what: &str) -> anyhow::Result<String> {
    let mut text = String::new();
    let read = std::io::stdin().read_to_string(&mut text);
    read.with_context(|| format!("The {what} could not be read from standard input"))?;
    Ok(text)
}

/// What was given on the command line; all of standard input where that is `-`.
pub fn dash(given: String, what: &str) -> anyhow::Result<String> {
    if given == "-" { all(what) } else { Ok(given) }
}

/// One word, without what is around it.
pub fn secret(what: &str) -> anyhow::Result<SecretString> {
    let text = all(what)?;
    match text.trim() {
        "" => bail!("Standard input holds no {what}. Pipe it in: pilot … < FILE"),
        word if word.contains(char::is_whitespace) => bail!("A {what} is one word; standard input holds several"),
        word => Ok(SecretString::from(word)),
    }
}
