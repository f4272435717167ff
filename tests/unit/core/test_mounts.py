from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from oats_tui.core.mounts import Mount, is_network, mount_of

# A root, mounted after two of the folders in it were moved there; two mounts on one folder, as old and as new
# systems write them; mounts hidden by later ones above them; a bind mount of a shared folder.
MOUNTS = (
    rb"""22 27 0:21 / /proc rw,relatime - proc proc rw
24 27 0:6 / /dev rw,relatime shared:2 - devtmpfs devtmpfs rw
27 1 254:0 / / rw,relatime - ext4 /dev/x rw
30 27 0:22 / /mnt rw - xfs /dev/y rw
31 30 0:23 / /mnt/my\040share\134n\011\043 rw shared:1 master:2 - nfs4 server:/x rw
32 30 0:24 / /mnt/over rw - tmpfs tmpfs rw
33 30 0:25 / /mnt/over rw - fuse.sshfs host: rw
40 30 0:26 / /mnt/twice rw - cifs //h/s rw
41 40 0:27 / /mnt/twice rw - btrfs /dev/z rw
50 27 0:28 / /hidden/deep/er rw - nfs h:/ rw
51 27 0:29 / /hidden rw - ext4 /dev/h rw
52 51 0:30 / /hidden/deep rw - vfat /dev/v rw
60 27 0:23 /sub/folder /home/\303\274\342\200\250\377 rw - nfs4 server:/x rw
70 27 0:31
nonsense - xfs
\777 27 0:32 / /octal\777\9 rw - 9p x rw
"""
    + b"80 27 0:33 / /l\xc3\xb6 rw - ceph x rw\n"
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table of mounts."""
    path = tmp_path / "mountinfo"
    path.write_bytes(MOUNTS)
    return path


@pytest.mark.parametrize(
    ("path", "point", "kind"),
    [
        ("/", "/", "ext4"),
        ("/no-such-folder/x", "/", "ext4"),
        ("/proc", "/proc", "proc"),
        ("/mnt/none", "/mnt", "xfs"),
        ("/mnt/my share\\n\t#/a/b", "/mnt/my share\\n\t#", "nfs4"),
        ("/mnt/my share\\n\t#", "/mnt/my share\\n\t#", "nfs4"),
        ("/mnt/my share\\n\t#2", "/mnt", "xfs"),
        ("/mnt/over/x", "/mnt/over", "fuse.sshfs"),
        ("/mnt/twice/x", "/mnt/twice", "btrfs"),
        ("/hidden/deep/er/x", "/hidden/deep", "vfat"),
        ("/hidden/x", "/hidden", "ext4"),
        ("/octal\\777\\9/x", "/octal\\777\\9", "9p"),
        ("/lö/x", "/lö", "ceph"),
    ],
)
def test_the_mount_of_a_path_is_the_one_that_the_system_comes_to(
    table: Path, path: str, point: str, kind: str
) -> None:
    assert mount_of(Path(path), table) == Mount(point, kind)


def test_a_name_of_odd_bytes_is_found(table: Path) -> None:
    point = os.fsdecode(b"/home/\xc3\xbc\xe2\x80\xa8\xff")
    assert mount_of(Path(point) / "x", table) == Mount(point, "nfs4")


def test_what_is_missing_or_led_to_by_links_lies_where_it_would_be(tmp_path: Path) -> None:
    share, table = tmp_path / "share", tmp_path / "mountinfo"
    share.mkdir()
    table.write_text(f"27 1 254:0 / / rw - ext4 /dev/x rw\n28 27 0:9 / {share.resolve()} rw - nfs server:/ rw\n")
    (tmp_path / "link").symlink_to(share)
    (tmp_path / "dangling").symlink_to("share/later")
    (tmp_path / "loop").symlink_to("loop")
    (share / "out").symlink_to(tmp_path)
    for path in ("share", "share/a/b/c", "link", "link/a", "dangling", "dangling/a"):
        found = mount_of(tmp_path / path, table)
        assert found is not None, path
        assert found.kind == "nfs", path
    for path in ("other", "share/out", "share/out/a", "share2", "loop"):
        assert mount_of(tmp_path / path, table) == Mount("/", "ext4"), path


def test_a_path_of_this_moment_s_folder_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "t").write_text(f"27 1 0:1 / / rw - ext4 x rw\n28 27 0:9 / {tmp_path.resolve()} rw - nfs s:/ rw\n")
    monkeypatch.chdir(tmp_path)
    assert mount_of(Path("a/b"), Path("t")) == Mount(str(tmp_path.resolve()), "nfs")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"\xff\x00 - \n",
        b"1 2 3 4 - ext4 x rw\n",
        b"1 2 0:1 / / rw ext4 x rw\n",
        b"1 2 0:1 / / rw - ext4 x rw\n2 1 0:1 / / rw - xfs x rw\n",
        b"1 1 0:1 / /elsewhere rw - ext4 x rw\n",
    ],
)
def test_a_table_that_says_nothing_of_the_path_gives_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mountinfo").write_bytes(content)
    assert mount_of(Path("/x"), tmp_path / "mountinfo") is None


@pytest.mark.parametrize("parent", [b"27", b"1", b"99"])
def test_roots_on_what_the_table_does_not_have_are_found(tmp_path: Path, parent: bytes) -> None:
    lines = (
        b"27 %s 0:1 / / rw - rootfs x rw\n28 27 0:2 / / rw - ext4 x rw\n29 50 0:3 / /srv rw - nfs x rw\n" % parent
    )
    (tmp_path / "mountinfo").write_bytes(lines)
    assert mount_of(Path("/x"), tmp_path / "mountinfo") == Mount("/", "ext4")
    assert mount_of(Path("/srv/x"), tmp_path / "mountinfo") == Mount("/srv", "nfs")


def test_mounts_that_stand_on_each_other_end(tmp_path: Path) -> None:
    lines = ["1 9 0:1 / / rw - ext4 x rw", "2 3 0:1 / /a rw - nfs x rw", "3 2 0:1 / /a rw - xfs x rw"]
    lines += ["4 1 0:1 / /a rw - 9p x rw", *["1 4 0:1 / /a rw - ceph x rw"] * 3]
    (tmp_path / "mountinfo").write_text("\n".join(lines))
    assert mount_of(Path("/a/b"), tmp_path / "mountinfo") is not None


def test_a_system_or_a_path_that_cannot_be_asked_gives_nothing(table: Path, tmp_path: Path) -> None:
    assert mount_of(Path("/x"), tmp_path / "none") is None
    assert mount_of(Path("/x"), tmp_path) is None
    assert mount_of(Path("/x\0y"), table) is None
    assert mount_of(Path("/x\ud800"), table) is None


NETWORK = """
9p afs beegfs ceph cifs coda davfs drvfs fakeowner fuse fuse.ceph-fuse fuse.curlftpfs fuse.davfs fuse.gcsfuse
fuse.glusterfs fuse.grpcfuse fuse.gvfsd-fuse fuse.osxfs fuse.rclone fuse.s3fs fuse.smbnetfs fuse.sshfs
fuse.vmhgfs-fuse fuse.what-nobody-knows gfs2 glusterfs lustre nfs nfs4 ocfs2 prl_fs smb3 smbfs vboxsf virtiofs
vmhgfs
"""

LOCAL = """
apfs bcachefs btrfs ecryptfs exfat ext2 ext4 f2fs fuse.encfs fuse.fuse-overlayfs fuse.gocryptfs fuse.mergerfs
fuseblk fusectl overlay ramfs squashfs tmpfs vfat xfs zfs
"""


@pytest.mark.parametrize("kind", NETWORK.split())
def test_what_other_machines_change_without_notice_is_a_network_mount(kind: str) -> None:
    assert is_network(kind)


@pytest.mark.parametrize("kind", [*LOCAL.split(), ""])
def test_what_this_machine_alone_changes_is_not(kind: str) -> None:
    assert not is_network(kind)


# In a name space of its own: a folder mounted on itself, what is hidden by that, and two mounts on one folder.
REAL = """
import sys
from pathlib import Path
from oats_tui.core.mounts import mount_of
for name in sys.argv[1:]:
    mount = mount_of(Path(name))
    print(mount.point, mount.kind)
"""


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare, of util-linux")
def test_the_system_s_own_table_is_understood(tmp_path: Path) -> None:
    folder = tmp_path.resolve() / "a b\\é"
    for name in ("bound", "over/deep", "twice"):
        (folder / name).mkdir(parents=True)
    steps = (
        'set -e; cd "$1"; mount -t tmpfs one twice; mkdir twice/in; mount -t ramfs two twice',
        "mount -t ramfs three over/deep; mount -t tmpfs four over; mkdir over/deep",
        'mount --bind twice bound; cd "$OLDPWD"; shift; exec "$@"',
    )
    paths = [folder / name for name in ("bound/x", "twice/in/x", "over/deep/x", "over")]
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", "; ".join(steps), "sh", str(folder)]
    command += [sys.executable, "-c", REAL, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "unshare" in done.stderr or "mount:" in done.stderr:
        pytest.skip("this system lets nobody make name spaces")
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        f"{folder}/bound ramfs",
        f"{folder}/twice ramfs",
        f"{folder}/over tmpfs",
        f"{folder}/over tmpfs",
    ]
