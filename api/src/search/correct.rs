//! What a misspelt word was probably meant to be: the nearest of the words that are there.

/// Gives the word of a vocabulary a mistyped one is nearest to; null when it is there, or nothing is near.
///
/// Words of four letters may be off by one, words of six by two; of equally near ones the more frequent wins.
pub(super) fn nearest<'a>(
    word: &str,
    vocabulary: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let letters: Vec<char> = word.chars().collect();
    let allowed = match letters.len() {
        0..=3 => return None,
        4..=5 => 1,
        _ => 2,
    };
    let mut near: Vec<(&str, usize, usize)> = Vec::new();
    for candidate in vocabulary {
        if candidate.starts_with(word) {
            return None;
        }
        if let Some((_, _, times)) = near.iter_mut().find(|(known, _, _)| *known == candidate) {
            *times += 1;
            continue;
        }
        let other: Vec<char> = candidate.chars().collect();
        if letters.len().abs_diff(other.len()) <= allowed {
            let distance = distance(&letters, &other);
            if distance <= allowed {
                near.push((candidate, distance, 1));
            }
        }
    }
    near.sort_by(
        |(one, one_distance, one_times), (other, other_distance, other_times)| {
            one_distance
                .cmp(other_distance)
                .then(other_times.cmp(one_times))
                .then(one.cmp(other))
        },
    );
    near.first().map(|(candidate, _, _)| *candidate)
}

/// Letters to add, drop or replace to make one word of another.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut above: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.iter().enumerate() {
        let mut left = index + 1;
        let mut row = vec![left];
        for (other_letter, pair) in other.iter().zip(above.windows(2)) {
            if let [diagonal, up] = pair {
                let replaced = diagonal + usize::from(letter != other_letter);
                left = replaced.min(up + 1).min(left + 1);
                row.push(left);
            }
        }
        above = row;
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_nearest_word_is_meant() {
        let words = ["jacket", "jackets", "scarf", "scarf", "scary", "wool"];
        let cases = [
            ("jakcet", Some("jacket")),
            ("scarg", Some("scarf")),
            ("woll", Some("wool")),
            ("jack", None),
            ("wo", None),
            ("umbrella", None),
        ];
        for (word, meant) in cases {
            assert_eq!(nearest(word, words), meant, "{word}");
        }
    }
}
