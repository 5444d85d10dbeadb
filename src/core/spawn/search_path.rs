//! Lists the files that a program's name may mean, in the order in which execvp tries them.

use super::{Plan, StringBlock};

/// What the C library searches when the environment has no PATH.
const DEFAULT_PATH: &[u8] = b"/bin:/usr/bin";

/// Uses the CHILD's PATH. An empty entry means the working directory.
pub fn candidates(plan: &Plan) -> StringBlock {
    let file = plan.file.to_bytes();
    // An empty name is not looked up in any directory.
    if file.contains(&b'/') || file.is_empty() {
        return [file].into_iter().collect();
    }
    let mut candidates = StringBlock::default();
    let mut path = Vec::new();
    for directory in plan.env.get(b"PATH").unwrap_or(DEFAULT_PATH).split(|byte| *byte == b':') {
        path.clear();
        if !directory.is_empty() {
            path.extend_from_slice(directory);
            path.push(b'/');
        }
        path.extend_from_slice(file);
        candidates.push(&path);
    }
    candidates
}
