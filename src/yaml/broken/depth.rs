//! Lines that stand at a depth where nothing above lets them stand.

use super::layout::{named, no_space_after_dash};
use super::rows::Row;
use super::{Cause, Stop, cause};

impl<'t> Stop<'t> {
    /// The keys at the top, of which the first is deeper than the others.
    pub(super) fn first_is_deeper(&self, row: &Row<'t>) -> Option<Cause> {
        let first = self.rows.rows.first().filter(|first| first.line < row.line && first.depth > row.depth)?;
        let help = format!("{}, as the keys below it", indent(row.depth));
        Some(cause(first.span(), format!("line {} is deeper than the keys it belongs with", first.line), help))
    }

    /// A line whose depth is none of those that are open.
    pub(super) fn wrong_depth(&self, row: &Row<'t>) -> Option<Cause> {
        let holders = self.rows.holders();
        let body = row.body();
        let key = named(body.key);
        let beside = holders.iter().find(|holder| holder.depth == row.depth);
        if let Some(dash) = no_space_after_dash(row).or_else(|| no_space_after_dash(beside?)) {
            return Some(dash);
        }
        if let Some(first) = beside.filter(|first| row.is_item() && !first.is_item() && named(first.body().key) == key)
            && let Some(key) = key
        {
            let message = format!("`{key}` has no dash, as the items beside it have (line {})", row.line);
            return Some(cause(first.span(), message, "begin it with `- `"));
        }
        // An item among the keys of a map: the key that holds the list is forgotten.
        if let Some(sibling) =
            beside.filter(|sibling| row.is_item() && !sibling.is_item() && !sibling.body().value.is_empty())
        {
            let holder = holders.iter().find(|holder| holder.depth < row.depth).map(Row::body);
            let owner = holder.and_then(|holder| named(holder.key));
            let whose = owner.map_or("a map".to_owned(), |owner| format!("`{owner}`"));
            let message = format!("a list item stands among the keys of {whose}, beside line {}", sibling.line);
            let help = match owner {
                Some("parallel" | "stage") => "write `steps:` on the line above it, and indent the items below that",
                Some("artifacts") => "write `paths:` on the line above it, and indent the items below that",
                _ => "write the key of the list on the line above it, and indent the items below that",
            };
            return Some(cause(row.span(), message, help));
        }
        // A key at the depth of the dashes belongs into the item above, or to the key that has the list.
        let item = holders.iter().find(|holder| holder.depth == row.depth && holder.is_item() && !row.is_item());
        if let Some(item) = item {
            let own = item.body();
            let what = key.map_or("this line".to_owned(), |key| format!("`{key}`"));
            if own.key.is_some() && own.key == body.key {
                let message = format!("{what} has no dash, as the items beside it have (line {})", item.line);
                return Some(cause(row.span(), message, "begin it with `- `"));
            }
            let message = format!("{what} is as deep as the dash on line {}, and no item", item.line);
            let (depth, place) = match own.key {
                Some(_) => (own.depth, format!("to stand below the `-` of line {}", item.line)),
                None => {
                    let holder = holders.iter().find(|holder| holder.depth < row.depth)?;
                    (holder.body().depth, as_row(holder))
                }
            };
            return Some(cause(row.span(), message, format!("{}, {place}", indent(depth))));
        }
        // An item below a key that has a value.
        let above = self.rows.before().filter(|above| above.depth < row.depth && row.is_item());
        if let Some(above) = above.filter(|above| above.body().key.is_some() && !above.body().value.is_empty()) {
            let message = format!("an item stands below line {}, which has a value already", above.line);
            let help = "remove that value, or check the indentation: the items of a list are equally deep";
            return Some(cause(row.span(), message, help));
        }
        let mut nearest: Option<((bool, bool, usize), usize, &Row<'_>)> = None;
        for holder in &holders {
            let own = holder.body();
            // Items of a kind stand together; keys only where they are nearest.
            let alike = |item: bool| (item && own.key != body.key, item && own.key.is_some() != body.key.is_some());
            let of_item = holder.is_item().then_some((true, holder.depth));
            let of_key = own.key.map(|_| (false, own.depth));
            for (item, depth) in of_item.into_iter().chain(of_key).filter(|(item, _)| *item == row.is_item()) {
                let (other, shape) = alike(item);
                let rank = (shape, other, depth.abs_diff(row.depth));
                if rank.2 > 0 && nearest.is_none_or(|(least, ..)| rank < least) {
                    nearest = Some((rank, depth, holder));
                }
            }
        }
        let (_, depth, beside) = nearest?;
        let place = match row.is_item() || !beside.is_item() {
            true => as_row(beside),
            false => format!("to stand below the `-` of line {}", beside.line),
        };
        let what = key.map_or("this line".to_owned(), |key| format!("`{key}`"));
        let deep = match row.depth {
            0 => "at the margin".to_owned(),
            1 => "1 space deep".to_owned(),
            depth => format!("{depth} spaces deep"),
        };
        let message = format!("{what} stands {deep}, where no line above can hold it");
        let other = self.or_the_line_before(beside);
        Some(cause(row.span(), message, format!("{}, {place}{other}", indent(depth))))
    }

    /// The depth of the line before may be the wrong one of the two.
    pub(super) fn or_the_line_before(&self, beside: &Row<'t>) -> String {
        match self.rows.before() {
            Some(before) if before.line == beside.line => {
                format!("; or bring line {} to the depth of this one", before.line)
            }
            _ => String::new(),
        }
    }
}

pub(super) fn as_row(row: &Row<'_>) -> String {
    match named(row.body().key) {
        Some(key) if row.is_item() => format!("as `- {key}` on line {} has", row.line),
        Some(key) => format!("as `{key}` on line {} has", row.line),
        None => format!("as line {} has", row.line),
    }
}

/// How a line is brought to a depth.
pub(super) fn indent(depth: usize) -> String {
    match depth {
        0 => "check the indentation: begin it at the margin".to_owned(),
        1 => "check the indentation: put 1 space before it".to_owned(),
        depth => format!("check the indentation: put {depth} spaces before it"),
    }
}
