//! Walking through the elements of a list with the keyboard: the focus goes from one to another.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Puts the focus on one of the elements in `list` that fit the selector. `to` gets the place of the one that has it now
/// and the last place there is. Answers whether there was one to go to.
pub fn walk(list: &HtmlElement, selector: &str, to: impl FnOnce(Option<usize>, usize) -> usize) -> bool {
    let Ok(found) = list.query_selector_all(selector) else {
        return false;
    };
    let elements: Vec<HtmlElement> = (0..found.length()).filter_map(|at| found.get(at)?.dyn_into().ok()).collect();
    let active = document().active_element();
    let at = elements.iter().position(|one| active.as_ref().is_some_and(|active| one.contains(Some(active))));
    let to = to(at, elements.len().saturating_sub(1));
    elements.get(to).is_some_and(|one| one.focus().is_ok())
}

/// One forth or back and no further than the ends; the first where none has the focus.
pub fn by(step: isize) -> impl FnOnce(Option<usize>, usize) -> usize {
    move |at, last| at.map_or(0, |at| at.saturating_add_signed(step)).min(last)
}

#[cfg(test)]
mod tests {
    use super::by;

    #[test]
    fn a_walk_ends_at_the_first_and_at_the_last() {
        assert_eq!([by(1)(None, 3), by(1)(Some(1), 3), by(1)(Some(3), 3)], [0, 2, 3]);
        assert_eq!([by(-1)(Some(2), 3), by(-1)(Some(0), 3), by(1)(None, 0)], [1, 0, 0]);
    }
}
