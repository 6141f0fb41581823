#!/bin/sh
# The container's entry: puts the index that this image was built with into the home, then becomes
# the command. Chroma writes to the index that it reads, so it cannot stay in a read-only image.
set -eu
umask 077

if ! [ -w "$ADAPTBOT_HOME" ]; then
    echo "adaptbot: user $(id -u) cannot write to $ADAPTBOT_HOME; give it that folder (chown)" >&2
    exit 2
fi

index="$ADAPTBOT_HOME/index"
if ! cmp -s "$BAKED_INDEX/baked" "$index/baked"; then
    rm -rf "$index.new" "$index.old"
    cp -R "$BAKED_INDEX" "$index.new"
    chmod -R u+w "$index.new"
    [ ! -e "$index" ] || mv "$index" "$index.old"
    mv "$index.new" "$index"
    rm -rf "$index.old"
fi

exec "$@"
