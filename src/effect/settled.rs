//! Which words of a command are the values of flags that the catalogue does not list: told by how many words it takes.

use super::arguments::{Arguments, Plain};
use super::selector::Selector;

impl<'i> Arguments<'i> {
    /// The arguments with as many plain words as selectors read. A word after a flag that is not listed is left out where there
    /// are too many: first one that can't name an image, then any. `None` where it can't be told which words are meant.
    pub(super) fn settled<'s>(&self, selectors: impl IntoIterator<Item = &'s Selector>) -> Option<Arguments<'i>> {
        let wants = selectors.into_iter().map(Selector::wants);
        let (needed, open) = wants.fold((0, false), |all, one| (all.0.max(one.0), all.1 || one.1));
        let doubtful = |plain: &Plain| plain.doubtful;
        let nameless = |plain: &Plain| plain.doubtful && !may_name_image(plain);
        let fits =
            |plain: &[Plain]| plain.len() == needed || open && plain.len() > needed && !plain.iter().any(doubtful);
        let without = |left_out: &dyn Fn(&Plain) -> bool| {
            let plain: Vec<Plain> = self.plain.iter().filter(|plain| !left_out(plain)).cloned().collect();
            fits(&plain).then(|| self.with_plain(plain))
        };
        if self.plain.len() <= needed || !self.plain.iter().any(doubtful) {
            return Some(self.clone());
        }
        without(&nameless).or_else(|| if open { None } else { without(&doubtful) })
    }
}

/// Whether a word has what names of images have: a path, a tag, a digest, or a variable.
fn may_name_image(plain: &Plain) -> bool {
    plain.value.as_literal().is_none_or(|text| text.contains(['/', ':', '@']))
}
