# agent_ob_2.t: a day in the life of OceanBase 2.2.77, 3.1 and 3.2, with second backups, as the pages show it.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks::Scenario;
use JSON::PP ();
use Test::More;

my $s = BackupTasks::Scenario->new(start => time);
my %versions = (c22 => '2.2.77', c31 => '3.1.5', c32 => '3.2.4');
my $keys = 'host=oss.example.com&access_id=AKID4711&access_key=SECRET4711';
for my $name (sort keys %versions) {
    $s->cluster($name, version => $versions{$name},
        enterprise => $name eq 'c31' ? JSON::PP::false : JSON::PP::true,
        settings => { backup_dest => "oss://bucket/first?$keys",
            backup_backup_dest => "oss://bucket/second?$keys" },
        tenants => [ { name => 'shop' }, { name => 'till' } ]);
    $s->words($name, failed => 'cause:-9019');
}
# The community edition's view has no result.
$s->words('c31', failed => 'cause');
$s->begin;

$s->step('the first look', '*' => <<'ROWS', sub { });
log sys STOPPED/STOP start
ROWS

$s->step('start', '*' => <<'ROWS', sub {
log sys STARTING/BEGINNING latency=0 start=0 latest=0 stop (start RUNNING)
ROWS
    $s->press(start => 'log', 'sys');
    $s->wait_statements(ARCHIVELOG => 1);
});

$s->step('archiving', '*' => <<'ROWS', sub {
log sys IN_PROGRESS/DOING latency=4 start=0 latest=6 stop (start DONE)
ROWS
    $s->advance(10);
    $s->wait_command('DONE');
});

$s->step('a backup from the page', '*' => <<'ROWS', sub {
data sys FULL IN_PROGRESS/RUNNING id=1 set=1 done=50 start=10 cancel
log sys IN_PROGRESS/DOING latency=4 start=0 latest=36 stop (start DONE)
ROWS
    $s->press_backup(undef, 'FULL');
    $s->wait_statements(BACKUP => 1);
    $s->advance(30);
});

$s->step('it is complete', '*' => <<'ROWS', sub {
data sys FULL COMPLETED/COMPLETED id=1 set=1 state=AVAILABLE start=10 end=70
log sys IN_PROGRESS/DOING latency=4 start=0 latest=71 stop (start DONE)
ROWS
    $s->advance(35);
    $s->wait_command('DONE');
});

$s->step('an incremental one fails', '*' => <<'ROWS', sub {
data sys INCREMENTAL FAILED/FAILED id=2 set=2 state=INCOMPLETE start=75 end=105 cause
log sys IN_PROGRESS/DOING latency=4 start=0 latest=131 stop (start DONE)
ROWS
    $s->tell('fail-backup', result => -4184);
    $s->admin('ALTER SYSTEM BACKUP INCREMENTAL DATABASE');
    $s->advance(10);
    $s->wait_looks;
    $s->advance(50);
});

$s->step('a canceled one', '*' => <<'ROWS', sub {
data sys INCREMENTAL FAILED/FAILED id=3 set=3 state=INCOMPLETE start=135 end=145 (cancel DONE) cause
log sys IN_PROGRESS/DOING latency=4 start=0 latest=151 stop (start DONE)
ROWS
    $s->admin('ALTER SYSTEM BACKUP INCREMENTAL DATABASE');
    $s->advance(10);
    $s->wait_looks;
    $s->refresh;
    $s->press(cancel => 'data', 'sys');
    $s->wait_statements('CANCEL BACKUP' => 1);
    $s->advance(10);
    $s->wait_command('DONE');
});

$s->step('interrupted', '*' => <<'ROWS', sub {
log sys INTERRUPTED/INTERRUPTED latency=64 start=0 latest=151 stop restart (start DONE) cause:-9027:ARCHIVE
ROWS
    $s->tell('interrupt');
    $s->advance(60);
});

$s->step('no backup without an archive', '*' => <<'ROWS', sub {
ROWS
    is($s->admin('ALTER SYSTEM BACKUP DATABASE'), '9040 9040 9040', 'refused');
});

$s->step('restart', '*' => <<'ROWS', sub {
log sys IN_PROGRESS/DOING latency=4 start=225 latest=241 stop (restart DONE)
ROWS
    $s->press(restart => 'log', 'sys');
    $s->wait_statements(NOARCHIVELOG => 1);
    $s->advance(10);
    $s->wait_statements(ARCHIVELOG => 2);
    $s->advance(20);
    $s->wait_command('DONE');
});

# Second backups: of the sets, and of the log.
$s->step('a second backup', '*' => <<'ROWS', sub {
data sys FULL COMPLETED/COMPLETED id=1 set=1 state=AVAILABLE start=10 end=70 copies=1
log sys IN_PROGRESS/DOING latency=4 start=225 latest=311 stop (restart DONE)
second sys DATA IN_PROGRESS/RUNNING set=1 start=245
ROWS
    $s->admin('ALTER SYSTEM BACKUP BACKUPSET ALL NOT BACKED UP 1 TIMES');
    $s->advance(70);
});

$s->step('it cleans', '*' => <<'ROWS', sub { $s->advance(40) });
log sys IN_PROGRESS/DOING latency=4 start=225 latest=351 stop (restart DONE)
second sys DATA CLEANING/CLEAN set=1 start=245
ROWS

$s->step('it is complete: Yes in Second Backup', '*' => <<'ROWS', sub {
log sys IN_PROGRESS/DOING latency=4 start=225 latest=371 stop (restart DONE)
second sys DATA COMPLETED/COMPLETED set=1 start=245 end=365
ROWS
    $s->advance(20);
});

$s->step('another one fails', '*' => <<'ROWS', sub {
data sys FULL COMPLETED/COMPLETED id=1 set=1 state=AVAILABLE start=10 end=70 copies=2
log sys IN_PROGRESS/DOING latency=4 start=225 latest=441 stop (restart DONE)
second sys DATA FAILED/FAILED set=1 start=375 end=425 {failed}
ROWS
    $s->tell('fail-second', result => -9019);
    $s->admin('ALTER SYSTEM BACKUP BACKUPSET ALL NOT BACKED UP 2 TIMES');
    $s->advance(70);
});

$s->step('the log is copied, too', '*' => <<'ROWS', sub {
log sys IN_PROGRESS/DOING latency=4 start=225 latest=511 stop (restart DONE)
second sys LOG IN_PROGRESS/DOING start=225 latest=511
ROWS
    $s->admin('ALTER SYSTEM START BACKUP ARCHIVELOG');
    $s->advance(70);
});

$s->step('pieces are copied', '*' => <<'ROWS', sub {
log sys IN_PROGRESS/DOING latency=4 start=225 latest=576 stop (restart DONE)
second sys LOG IN_PROGRESS/BACKUP
ROWS
    $s->admin('ALTER SYSTEM BACKUP BACKUPPIECE ALL NOT BACKED UP 1 TIMES');
    $s->advance(65);
});

$s->step('the pieces are there', '*' => <<'ROWS', sub { $s->advance(20) });
log sys IN_PROGRESS/DOING latency=4 start=225 latest=596 stop (restart DONE)
second sys LOG COMPLETED/FINISH
ROWS

$s->step('cleanup begins', '*' => <<'ROWS', sub { $s->tell('cleanup') });
cleanup sys DELETE OBSOLETE BACKUP PENDING/PREPARE start=600 cancel
ROWS

$s->step('cleanup works', '*' => <<'ROWS', sub { $s->advance(10) });
cleanup sys DELETE OBSOLETE BACKUP EXECUTING/DOING start=600 cancel
log sys IN_PROGRESS/DOING latency=4 start=225 latest=606 stop (restart DONE)
ROWS

$s->step('cleanup is complete', '*' => <<'ROWS', sub { $s->advance(15) });
cleanup sys DELETE OBSOLETE BACKUP COMPLETED/STOP start=600 end=620
log sys IN_PROGRESS/DOING latency=4 start=225 latest=621 stop (restart DONE)
ROWS

$s->step('cleanup fails', '*' => <<'ROWS', sub {
cleanup sys DELETE OBSOLETE BACKUP FAILED/STOP start=625 end=635 cause
log sys IN_PROGRESS/DOING latency=4 start=225 latest=636 stop (restart DONE)
ROWS
    $s->tell('fail-cleanup', comment => 'OB_IO_ERROR: -4009, IO error');
    $s->tell('cleanup');
    $s->advance(15);
});

$s->step('stop', '*' => <<'ROWS', sub {
log sys STOPPED/STOP latency=14 start=225 latest=636 start (stop DONE)
ROWS
    $s->press(stop => 'log', 'sys');
    $s->wait_statements(NOARCHIVELOG => 2);
    $s->advance(10);
    $s->wait_command('DONE');
});

$s->step('a state that nobody has heard of', '*' => <<'ROWS', sub {
log sys UNKNOWN/HIBERNATING latency=19 start=225 latest=636 (stop DONE)
ROWS
    $s->tell('force', status => 'HIBERNATING');
    $s->advance(5);
});

$s->step('an odd row', '*' => <<'ROWS', sub {
log sys UNKNOWN/HIBERNATING latency=329 start=225 latest=636 (stop DONE)
ROWS
    $s->tell('row', view => 'CDB_OB_BACKUP_SET_DETAILS', row => {
        TENANT_ID => 1, BS_KEY => 99, STATUS => 'PONDERING' });
    $s->tell('row', view => 'CDB_OB_BACKUP_ARCHIVELOG', row => {});
    $s->advance(310);
});

$s->step('no contact', '*' => <<'ROWS', sub {
ROWS
    $s->tell('down');
    $s->wait_stale;
});

$s->step('contact again', '*' => <<'ROWS', sub {
data sys UNKNOWN/PONDERING id=99 set=99
log sys UNKNOWN/HIBERNATING latency=389 start=225 latest=636 (stop DONE)
ROWS
    $s->tell('up');
    $s->advance(60);
});

for my $name (sort keys %versions) {
    my @acts = map { $_->{sql} } grep { $_->{verb} !~ /^SET/ }
        $s->standin->statements($name);
    is(join("\n", @acts), <<'ACTS' =~ s/\n\z//r, "$name: what was done");
ALTER SYSTEM ARCHIVELOG
ALTER SYSTEM BACKUP DATABASE
ALTER SYSTEM BACKUP INCREMENTAL DATABASE
ALTER SYSTEM BACKUP INCREMENTAL DATABASE
ALTER SYSTEM CANCEL BACKUP
ALTER SYSTEM BACKUP DATABASE
ALTER SYSTEM NOARCHIVELOG
ALTER SYSTEM ARCHIVELOG
ALTER SYSTEM BACKUP BACKUPSET ALL NOT BACKED UP 1 TIMES
ALTER SYSTEM BACKUP BACKUPSET ALL NOT BACKED UP 2 TIMES
ALTER SYSTEM START BACKUP ARCHIVELOG
ALTER SYSTEM BACKUP BACKUPPIECE ALL NOT BACKED UP 1 TIMES
ALTER SYSTEM NOARCHIVELOG
ACTS
}
$s->hides('SECRET4711', 'AKID4711');
$s->done;
