//! The block by which Windows's C libraries pass fds to a child: a count, then the flags of each fd, then the handle of
//! each, unaligned. The sources are libuv's src/win/process-stdio.c and the C run-time (`ioinit`). Makes no system
//! calls, so it is tested on every system.

/// The same limit as libuv's, since the size of the block has only 16 bits.
pub const MOST_FDS: usize = 255;

/// The kind of file that an fd refers to.
#[derive(Clone, Copy)]
pub enum Kind {
    File,
    Pipe,
    Device,
}

const OPEN: u8 = 0x01;
const PIPE: u8 = 0x08;
const DEVICE: u8 = 0x40;
const NONE: usize = usize::MAX;

pub fn block(fds: impl Iterator<Item = Option<(usize, Kind)>>) -> Vec<u8> {
    let (flags, handles): (Vec<u8>, Vec<usize>) = fds
        .map(|fd| match fd {
            None => (0, NONE),
            Some((handle, Kind::File)) => (OPEN, handle),
            Some((handle, Kind::Pipe)) => (OPEN | PIPE, handle),
            Some((handle, Kind::Device)) => (OPEN | DEVICE, handle),
        })
        .unzip();
    let mut block = (flags.len() as u32).to_ne_bytes().to_vec();
    block.extend(flags);
    block.extend(handles.into_iter().flat_map(usize::to_ne_bytes));
    block
}

#[cfg(test)]
mod tests {
    use super::{Kind, block};

    #[test]
    fn count_flags_handles() {
        let fds = [Some((0x11, Kind::Device)), None, Some((0x22, Kind::File)), Some((0x33, Kind::Pipe))];
        let block = block(fds.into_iter());
        assert_eq!(block[..4], 4u32.to_ne_bytes());
        assert_eq!(block[4..8], [0x41, 0, 0x01, 0x09]);
        let handles: Vec<usize> = block[8..]
            .chunks_exact(size_of::<usize>())
            .map(|bytes| usize::from_ne_bytes(bytes.try_into().unwrap()))
            .collect();
        assert_eq!(handles, [0x11, usize::MAX, 0x22, 0x33]);
    }
}
