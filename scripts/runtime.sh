# shellcheck shell=bash
# Sourced after env.sh and settings.sh: where a running instance keeps its files, and whom it runs as.
#
#   RUN_DIR       the instance's folder, as RUN names it
#   RUNTIME       where its files really are: RUN_DIR, or a folder under /var/tmp that RUN_DIR links to
#   MEMORY        where nginx keeps its copies of replies: a folder in /dev/shm, else RUNTIME
#   PROGRAM_DIR   the C programs
#   PANEL_DIR     the built page
#   PANEL_USER    whom nginx and metrics.fcgi run as; empty: the user who starts them
#   ADMIN_USER    whom admin.fcgi runs as, and who owns the job store; empty as above

# shellcheck disable=SC2034 # for those who source this

locate_instance() {
    RUN_DIR=$(setting RUN run)
    [[ $RUN_DIR == /* ]] || RUN_DIR=$ROOT/$RUN_DIR
    [[ $RUN_DIR != *$'\n'* ]] || die "RUN must be a single line"
    PANEL_USER='' ADMIN_USER=''
    ((EUID != 0)) || PANEL_USER=www-data ADMIN_USER=nobody
    RUNTIME=$RUN_DIR
    PROGRAM_DIR=$BINARIES
    PANEL_DIR=$ROOT/static/dist
}

as_panel_user() {
    if [[ -n $PANEL_USER ]]; then
        setpriv --reuid="$PANEL_USER" --regid="$PANEL_USER" --clear-groups -- "$@"
    else
        "$@"
    fi
}

# nginx.conf and a unix socket take no odd or long paths, and the panel's user must get there.
fits_in_place() {
    local path
    for path in "$RUN_DIR" "$PANEL_DIR"; do
        [[ $path =~ ^[A-Za-z0-9._/+@,=~-]+$ ]] || return 1
    done
    ((${#RUN_DIR} <= 80)) || return 1
    as_panel_user test -x "$RUN_DIR" -a -x "$PROGRAM_DIR/metrics.fcgi" \
        -a -r "$PANEL_DIR/index.html" -a -x "$PANEL_DIR"
}

# folder_in PARENT: the instance's own one, made if need be. In a folder that all can write to, only a
# name that was ours from the start can be trusted.
folder_in() {
    local folder
    folder=$1/0g-metrics.$(printf %s "$RUN_DIR" | sha256sum | cut -c1-12)
    mkdir -m 0700 -- "$folder" 2>/dev/null || true
    [[ -d $folder && ! -L $folder && -O $folder ]] || die "$folder belongs to another user; remove it, or RUN=FOLDER chooses another"
    chmod 0711 -- "$folder"
    printf %s "$folder"
}

make_shared_runtime() {
    RUNTIME=$(folder_in /var/tmp)
    PROGRAM_DIR=$RUNTIME/bin
    PANEL_DIR=$RUNTIME/www
}

copy_product() {
    rm -rf -- "$PROGRAM_DIR" "$PANEL_DIR"
    mkdir -m 0755 -- "$PROGRAM_DIR"
    install -m 0755 -- "$BINARIES/metrics.fcgi" "$BINARIES/admin.fcgi" "$PROGRAM_DIR/"
    cp -R -- "$ROOT/static/dist" "$PANEL_DIR"
    chmod -R u=rwX,go=rX -- "$PANEL_DIR"
}

# place_folder NAME PARENT: what an earlier start left of the other kind, link or folder, goes.
place_folder() {
    local name=$1 parent=$2
    if [[ $parent == "$RUN_DIR" ]]; then
        [[ ! -L $RUN_DIR/$name ]] || rm -- "$RUN_DIR/$name"
    else
        rm -rf -- "${RUN_DIR:?}/$name"
        ln -s -- "$parent/$name" "$RUN_DIR/$name"
    fi
}

# make_folder NAME MODE [OWNER [PARENT]]
make_folder() {
    local parent=${4:-$RUNTIME}
    local -a owner=()
    [[ -z $PANEL_USER ]] || owner=(-o "${3:-root}" -g "$PANEL_USER")
    place_folder "$1" "$parent"
    install -d -m "$2" "${owner[@]}" -- "$parent/$1"
}

keep_last_logs() {
    local log
    for log in "$RUNTIME"/log/*.log; do
        [[ ! -f $log ]] || mv -f -- "$log" "$log.1"
    done
}

prepare_runtime() {
    mkdir -p -- "$RUN_DIR" || die "cannot make $RUN_DIR"
    [[ -w $RUN_DIR ]] || die "cannot write in $RUN_DIR; was it made by another user? RUN=FOLDER chooses another"
    RUN_DIR=$(cd -- "$RUN_DIR" && pwd -P)
    RUNTIME=$RUN_DIR
    exec 9>"$RUN_DIR/lock"
    flock -n 9 || die "an instance is running in $RUN_DIR; RUN=FOLDER PORT=NUMBER start one beside it"
    # nginx writes each new copy of a reply, and gives none where it cannot: a full disk would end the page.
    MEMORY=''
    [[ ! -w /dev/shm ]] || MEMORY=$(folder_in /dev/shm)
    if ! fits_in_place; then
        make_shared_runtime
        copy_product
    fi
    MEMORY=${MEMORY:-$RUNTIME}
    # Made anew, so that no page of an earlier start is served.
    rm -rf -- "${RUNTIME:?}/nginx" "${MEMORY:?}/microcache"
    make_folder microcache 0700 "$PANEL_USER" "$MEMORY"
    make_folder conf 0750
    make_folder log 0755
    make_folder sock 0750
    make_folder nginx 0750 "$PANEL_USER"
    # What metrics.fcgi keeps between two runs; it writes nowhere else.
    make_folder state 0750 "$PANEL_USER"
    # admin.fcgi writes there; what it makes belongs to the panel's group, which reads it.
    make_folder jobs 2750 "$ADMIN_USER"
    # For people and tools; the programs name the folder.
    ln -sfn -- jobs/jobs.db "$RUN_DIR/jobs.db"
    keep_last_logs
    # Its owner writes it, in a folder where it can make no link.
    : >"$RUNTIME/log/access.log"
    [[ -z $PANEL_USER ]] || chown -- "$PANEL_USER:$PANEL_USER" "$RUNTIME/log/access.log"
}
