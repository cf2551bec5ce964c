# What a virtual machine is made of, as Debian packages: fetched by name from the archive that apt is configured with,
# unpacked into a cache, never installed. Sourced by boot.sh, which sets $cache.

# Fetched once for all who start at the same time.
once() { # once STAMP COMMAND…: run the command unless the file is there; it is made when the command has succeeded
  local stamp=$1
  shift
  [ -e "$stamp" ] && return
  mkdir -p "${stamp%/*}"
  exec {turn}>"$cache/turn"
  flock "$turn"
  if ! [ -e "$stamp" ]; then
    "$@" # without `||`: in what is followed by that, no error would end anything
    touch "$stamp"
  fi
  exec {turn}>&-
}

# unpack FOLDER DEB… [-- TAR-OPTION…]
unpack() {
  local folder=$1 deb debs=()
  shift
  while [ $# -gt 0 ] && [ "$1" != -- ]; do debs+=("$1"); shift; done
  [ $# -eq 0 ] || shift
  for deb in "${debs[@]}"; do
    dpkg-deb --fsys-tarfile "$deb" | tar --extract --directory "$folder" --no-same-owner "$@"
  done
}

# download FOLDER PACKAGE… [-- APT-OPTION…]
download() {
  local folder=$1 names=()
  shift
  while [ $# -gt 0 ] && [ "$1" != -- ]; do names+=("$1"); shift; done
  [ $# -eq 0 ] || shift
  mkdir -p "$folder"
  # As root, apt would download as a user who may not write here.
  (cd "$folder" && apt-get --quiet=2 --option APT::Sandbox::User=root "$@" download "${names[@]}")
}

# QEMU with whatever of its dependencies is not installed, and a busybox that needs no libraries.
fetch_machine() {
  local folder=$1 names
  rm -rf "$folder"
  names=$(apt-get --simulate --no-install-recommends install qemu-system-x86 busybox-static | sed -n '/^Inst libc6 /d; s/^Inst \([^ ]*\).*/\1/p')
  # The loader is this machine's, and so is its libc.
  # Either may be installed, and is then not in the list: but busybox is small, and one place for it is simpler.
  download "$folder/debs" busybox-static ${names//busybox-static/} || fail 'is apt-get update needed?'
  unpack "$folder" "$folder"/debs/*.deb
  rm -r "$folder/debs"
}

# The options by which apt looks into a suite that the machine does not follow, in lists of its own.
apt_for() { # apt_for SUITE FOLDER
  local suite=$1 folder=$2 uri release signed='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
  mkdir -p "$folder/lists/partial"
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(ORIGIN)' 'Created-By: Packages' | sort --unique |
    while read -r uri release origin; do
      [ "$origin" = Debian ] || continue
      case $release in
      *-security) case $suite in *-backports) ;; *) echo "deb $signed $uri $suite-security main" ;; esac ;;
      *-*) ;;
      *) echo "deb $signed $uri $suite main" ;;
      esac
    done >"$folder/sources.list"
  [ -s "$folder/sources.list" ] || fail 'apt follows no archive of Debian here'
  apt_options=(
    --option "Dir::Etc::SourceList=$folder/sources.list" --option Dir::Etc::SourceParts=/dev/null
    --option Dir::Etc::Preferences=/dev/null --option Dir::Etc::PreferencesParts=/dev/null
    --option "Dir::State::Lists=$folder/lists" --option "Dir::Cache=$folder"
    --option Acquire::Languages=none --option APT::Default-Release=
  )
}

# Drivers of hardware that no virtual machine has.
hardware=(ata gpu hid hwmon iio infiniband input isdn media mmc mtd net/ethernet net/wireless nvme scsi staging target usb)

# The kernel of a suite, its modules unpacked and indexed: $1/vmlinuz, $1/lib/modules/VERSION, $1/version.
fetch_kernel() { # fetch_kernel FOLDER SUITE FLAVOUR
  local folder=$1 suite=$2 flavour=$3 names version modules excluded=() driver
  rm -rf "$folder"
  mkdir -p "$folder/tree" "$folder/lib/modules"
  apt_for "$suite" "$folder/apt"
  apt-get --quiet=2 --option APT::Sandbox::User=root "${apt_options[@]}" update
  # The package that bears the flavour's name is empty and depends on the present version: on one package, or in later
  # suites on several.
  names=$(apt-cache "${apt_options[@]}" depends --recurse --important "linux-image-$flavour" |
    grep --extended-regexp '^linux-(image|binary|modules|base)-[0-9]' | sort --unique)
  [ -n "$names" ] || fail "$suite has no linux-image-$flavour"
  download "$folder/debs" $names -- "${apt_options[@]}"
  for driver in "${hardware[@]}"; do excluded+=("--exclude=*/kernel/drivers/$driver"); done
  unpack "$folder/tree" "$folder"/debs/*.deb -- --exclude='*/kernel/sound' "${excluded[@]}"
  for modules in "$folder"/tree/{usr/,}lib/modules/*; do
    if [ -d "$modules" ]; then
      version=${modules##*/}
      mv "$modules" "$folder/lib/modules/"
    fi
  done
  modules=$folder/lib/modules/$version
  # Newer kernels stand among their modules, and have no folder of this name.
  mkdir -p "$folder/tree/boot"
  mv "$(find "$folder/tree/boot" "$modules" -maxdepth 1 -name 'vmlinuz*' -print -quit)" "$folder/vmlinuz"
  # Uncompressed they load many times faster in there.
  find "$modules" -name '*.ko.xz' -print0 | xargs --null --no-run-if-empty --max-args=64 --max-procs="$(nproc)" xz --decompress
  find "$modules" -name '*.ko.zst' -print0 | xargs --null --no-run-if-empty --max-args=64 --max-procs="$(nproc)" zstd --quiet --decompress --rm
  "$busybox" depmod -b "$folder" "$version"
  rm -r "$folder/tree" "$folder/debs" "$folder/apt"
  echo "$version" >"$folder/version"
}
