//! Which rows in memory show which messages of a history page, where the two know few common ids.
//!
//! The best common order of both is found, so that two equal texts at different places are not taken for one. Equal
//! ids weigh most, then equal words; a row whose run was cut off takes the answer at its place.

use crate::truth::{Row, RowBody};

use super::draft::Draft;

/// For each draft the index of the row that shows it already.
pub(super) fn align(drafts: &[Draft], rows: &[Row], cut_off: impl Fn(&Row) -> bool) -> Vec<Option<usize>> {
    let cut: Vec<bool> = rows.iter().map(cut_off).collect();
    let weigh = |i: usize, j: usize| weight(&drafts[i], &rows[j], cut[j]);
    let width = rows.len() + 1;
    let mut best = vec![0_u32; (drafts.len() + 1) * width];
    for i in 0..drafts.len() {
        for j in 0..rows.len() {
            let skip = best[i * width + j + 1].max(best[(i + 1) * width + j]);
            let here = match weigh(i, j) {
                0 => 0,
                weight => best[i * width + j] + weight,
            };
            best[(i + 1) * width + j + 1] = skip.max(here);
        }
    }
    let mut found = vec![None; drafts.len()];
    let (mut i, mut j) = (drafts.len(), rows.len());
    while i > 0 && j > 0 {
        let weight = weigh(i - 1, j - 1);
        let here = best[i * width + j];
        if weight > 0 && here == best[(i - 1) * width + j - 1] + weight {
            found[i - 1] = Some(j - 1);
            (i, j) = (i - 1, j - 1);
        } else if here == best[i * width + j - 1] {
            j -= 1;
        } else {
            i -= 1;
        }
    }
    found
}

/// For each draft that has no row in the common order, the index of the row that surely shows it all the same: the node
/// has it at another place than where it was shown.
pub(super) fn misplaced(drafts: &[Draft], rows: &[Row], found: &[Option<usize>]) -> Vec<Option<usize>> {
    let free = |index: &usize| !found.contains(&Some(*index));
    // An answer that came live has no id yet: its words are all there is to know it by.
    let surely = |draft: &Draft, row: &Row| match weight(draft, row, false) {
        SAME_ID => true,
        SAME_WORDS => row.message.is_none() && matches!(row.body, RowBody::Assistant { .. }),
        _ => false,
    };
    let shown = |draft: &Draft| (0..rows.len()).filter(free).find(|index| surely(draft, &rows[*index]));
    drafts.iter().zip(found).map(|(draft, found)| if found.is_none() { shown(draft) } else { None }).collect()
}

const SAME_ID: u32 = 16;
const SAME_WORDS: u32 = 4;
const SAME_RUN: u32 = 2;
const SAME_PLACE: u32 = 1;

/// How sure it is that the row shows the draft; 0 when it does not.
fn weight(draft: &Draft, row: &Row, cut_off: bool) -> u32 {
    match (&draft.body, &row.body) {
        (RowBody::Tool { call: a, .. }, RowBody::Tool { call: b, .. }) if a == b => SAME_ID,
        (RowBody::User { .. }, RowBody::User { own, .. }) => {
            let own = own.as_ref().map(|own| &own.key);
            match (&draft.client, own) {
                (Some(a), Some(b)) if a == b => SAME_ID,
                (Some(_), Some(_)) => 0,
                _ => words(draft, row),
            }
        }
        (RowBody::Assistant { .. }, RowBody::Assistant { .. }) => match words(draft, row) {
            0 if other_message(draft, row) => 0,
            0 if same_run(draft, row) && row.message.is_none() => SAME_RUN,
            0 if cut_off => SAME_PLACE,
            weight => weight,
        },
        (RowBody::Thinking { .. }, RowBody::Thinking { .. }) => match words(draft, row) {
            0 if same_run(draft, row) || cut_off => SAME_PLACE,
            weight => weight,
        },
        _ => 0,
    }
}

fn words(draft: &Draft, row: &Row) -> u32 {
    if row.message.is_some() && row.message.as_deref() == Some(&*draft.message) {
        SAME_ID
    } else if !other_message(draft, row) && draft.text().trim() == row.text().trim() {
        SAME_WORDS
    } else {
        0
    }
}

/// Whether the row is known to show another message.
fn other_message(draft: &Draft, row: &Row) -> bool {
    let other_id = row.message.as_deref().is_some_and(|id| id != &*draft.message);
    let other_run = draft.run.is_some() && row.run.is_some() && draft.run != row.run;
    (other_id && draft.run.is_some()) || other_run
}

fn same_run(draft: &Draft, row: &Row) -> bool {
    draft.run.is_some() && draft.run == row.run
}
