# agent_ob_4.t: a day in the life of OceanBase 4.0 to 4.3.3, as the pages show it.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks::Scenario;
use JSON::PP ();
use Test::More;

my $odd = 'a`; DROP TABLE x; -- ';
my $s = BackupTasks::Scenario->new(start => time);
my %versions = (c40 => '4.0.0.0', c41 => '4.1.0.0', c42 => '4.2.1.0',
    c433 => '4.3.3.0');
my $keys = 'host=oss.example.com&access_id=AKID4711&access_key=SECRET4711';
for my $name (sort keys %versions) {
    $s->cluster($name, version => $versions{$name}, tenants => [
        { name => 'shop', archiving => 1,
            destination => "LOCATION=oss://bucket/shop/log?$keys",
            dataDestination => "oss://bucket/shop/data?$keys" },
        { name => $odd },
        { name => 'bare', destination => undef, dataDestination => undef },
        { name => 'late', role => 'STANDBY' } ]);
    $s->words($name, never => 'NOARCHIVELOG', failed => 155,
        stage => ':BACKUP_DATA',
        accepted => 'STARTING/ARCHIVELOG stop',
        bare => 'log bare FAILED/ARCHIVELOG start cause:-9026:ARCHIVE');
}
# 4.0 shows no log mode, has other stages, and tells the text of an error alone.
$s->words('c40', never => '', accepted => 'STOPPED/ start', failed => 145,
    stage => '', bare => '');
$s->begin;


$s->step('the first look', '*' => <<'ROWS', sub { });
log a`; DROP TABLE x; --  STOPPED/{never} start
log late STOPPED/{never} start
log shop IN_PROGRESS/DOING latency=0 start=0 latest=0 stop
ROWS

$s->step('start', '*' => <<'ROWS', sub {
log a`; DROP TABLE x; --  {accepted} (start RUNNING)
ROWS
    $s->press(start => 'log', $odd);
    $s->wait_statements(ARCHIVELOG => 1);
});

$s->step('preparing', '*' => <<'ROWS', sub { $s->advance(5) });
log a`; DROP TABLE x; --  STARTING/PREPARE stop (start RUNNING)
log shop IN_PROGRESS/DOING latency=4 start=0 latest=1 stop
ROWS

$s->step('archiving', '*' => <<'ROWS', sub {
log a`; DROP TABLE x; --  IN_PROGRESS/DOING latency=4 start=10 latest=16 stop (start DONE)
log shop IN_PROGRESS/DOING latency=4 start=0 latest=16 stop
ROWS
    $s->advance(15);
    $s->wait_command('DONE');
});

# Data backups: of all tenants that may be backed up, by somebody else.
$s->step('a backup of the cluster is accepted', '*' => <<'ROWS', sub {
data sys FULL IN_PROGRESS/INIT id=1 start=20 cancel
ROWS
    is($s->admin('ALTER SYSTEM BACKUP DATABASE'), '   ', 'BACKUP DATABASE');
});

$s->step('a backup of the cluster begins', '*' => <<'ROWS', sub {
- data sys FULL IN_PROGRESS/INIT id=1 start=20 cancel
data a`; DROP TABLE x; --  FULL IN_PROGRESS/DOING id=1 set=1 done=0 start=25 cancel
data shop FULL IN_PROGRESS/DOING id=1 set=1 done=0 start=25 cancel
log a`; DROP TABLE x; --  IN_PROGRESS/DOING latency=4 start=10 latest=26 stop (start DONE)
log shop IN_PROGRESS/DOING latency=4 start=0 latest=26 stop
ROWS
    $s->advance(10);
});

$s->step('it copies', '*' => <<'ROWS', sub { $s->advance(45) });
data a`; DROP TABLE x; --  FULL IN_PROGRESS/DOING id=1 set=1 done=50 start=25 cancel
data shop FULL IN_PROGRESS/DOING id=1 set=1 done=50 start=25 cancel
log a`; DROP TABLE x; --  IN_PROGRESS/DOING latency=4 start=10 latest=71 stop (start DONE)
log shop IN_PROGRESS/DOING latency=4 start=0 latest=71 stop
ROWS

$s->step('it is complete', '*' => <<'ROWS', sub { $s->advance(30) });
data a`; DROP TABLE x; --  FULL COMPLETED/COMPLETED id=1 set=1 start=25 end=105
data shop FULL COMPLETED/COMPLETED id=1 set=1 start=25 end=105
log a`; DROP TABLE x; --  IN_PROGRESS/DOING latency=4 start=10 latest=101 stop (start DONE)
log shop IN_PROGRESS/DOING latency=4 start=0 latest=101 stop
ROWS

$s->step('it is between two views', '*' => <<'ROWS', sub { $s->advance(5) });
log a`; DROP TABLE x; --  IN_PROGRESS/DOING latency=4 start=10 latest=106 stop (start DONE)
log shop IN_PROGRESS/DOING latency=4 start=0 latest=106 stop
ROWS

$s->step('it is history', '*' => <<'ROWS', sub { $s->advance(10) });
data a`; DROP TABLE x; --  FULL COMPLETED/COMPLETED id=1 set=1 state=AVAILABLE start=25 end=105
data shop FULL COMPLETED/COMPLETED id=1 set=1 state=AVAILABLE start=25 end=105
log a`; DROP TABLE x; --  IN_PROGRESS/DOING latency=4 start=10 latest=116 stop (start DONE)
log shop IN_PROGRESS/DOING latency=4 start=0 latest=116 stop
ROWS

$s->step('an incremental backup from the page', '*' => <<'ROWS', sub {
data shop INCREMENTAL IN_PROGRESS/DOING id=2 set=2 done=0 start=125 cancel
log a`; DROP TABLE x; --  IN_PROGRESS/DOING latency=4 start=10 latest=136 stop (start DONE)
log shop IN_PROGRESS/DOING latency=4 start=0 latest=136 stop
ROWS
    $s->press_backup('shop', 'INCREMENTAL');
    $s->wait_statements(BACKUP => 2);
    $s->advance(20);
});

$s->step('it fails', '*' => <<'ROWS', sub {
data shop INCREMENTAL FAILED/FAILED id=2 set=2 state=INCOMPLETE start=125 end={failed} cause:-4184{stage}:YB420A000007-0005F0A1-0-0
log a`; DROP TABLE x; --  IN_PROGRESS/DOING latency=4 start=10 latest=166 stop (start DONE)
log shop IN_PROGRESS/DOING latency=4 start=0 latest=166 stop
ROWS
    my $trace = 'YB420A000007-0005F0A1-0-0';
    $s->standin->tell($_, 'fail-backup', tenant => 'shop', trace => $trace,
        stage => 'BACKUP_DATA_MAJOR', result => -4184,
        comment => '(SERVER)ls_id: 1001, addr: 10.0.0.7:2882, module: '
            . "BACKUP_DATA, result: -4184(Server out of disk space), trace_id: $trace")
        for qw(c41 c42 c433);
    $s->standin->tell('c40', 'fail-backup', tenant => 'shop', trace => $trace,
        stage => 'BACKUP_DATA', result => -4184,
        comment => 'Server out of disk space');
    $s->advance(30);
});

$s->step('a refused backup leaves an event', '*' => <<'ROWS', sub {
data sys FAILED/REFUSED id=refused-170 start=170 end=170 cause:-9040:start
log a`; DROP TABLE x; --  IN_PROGRESS/DOING latency=4 start=10 latest=171 stop (start DONE)
log shop IN_PROGRESS/DOING latency=4 start=0 latest=171 stop
ROWS
    is($s->admin('ALTER SYSTEM BACKUP TENANT = late'), '9040 9040 9040 9040',
        'no archive, no backup');
    $s->advance(5);
});

$s->step('a canceled backup', '*' => <<'ROWS', sub {
data shop FULL FAILED/CANCELED id=3 set=3 state=INCOMPLETE start=180 end=200 (cancel DONE) cause:CANCELED
log a`; DROP TABLE x; --  IN_PROGRESS/DOING latency=4 start=10 latest=211 stop (start DONE)
log shop IN_PROGRESS/DOING latency=4 start=0 latest=211 stop
ROWS
    $s->admin('ALTER SYSTEM BACKUP TENANT = shop');
    $s->advance(20);
    $s->wait_looks;
    $s->refresh;
    $s->press(cancel => 'data', 'shop');
    $s->wait_statements('CANCEL BACKUP' => 1);
    $s->advance(20);
    $s->wait_command('DONE');
});

# Log archiving, broken and mended.
$s->step('interrupted', '*' => <<'ROWS', sub {
log a`; DROP TABLE x; --  IN_PROGRESS/DOING latency=4 start=10 latest=271 stop (start DONE)
log shop INTERRUPTED/INTERRUPTED latency=64 start=0 latest=211 stop restart cause:-9027:ARCHIVE
ROWS
    $s->tell('interrupt', tenant => 'shop');
    $s->advance(60);
});

$s->step('restart', '*' => <<'ROWS', sub {
log a`; DROP TABLE x; --  IN_PROGRESS/DOING latency=4 start=10 latest=301 stop (start DONE)
log shop IN_PROGRESS/DOING latency=4 start=295 latest=301 stop (restart DONE)
ROWS
    $s->press(restart => 'log', 'shop');
    $s->wait_statements(NOARCHIVELOG => 1);
    $s->advance(10);
    $s->wait_statements(ARCHIVELOG => 2);
    $s->advance(20);
    $s->wait_command('DONE');
});

# What the interruption has cost.
for my $name (sort keys %versions) {
    is($s->rounds($name, 'shop'), <<'ROUNDS' =~ s/\n\z//r, "$name: rounds");
round 2 IN_PROGRESS 295 301
round 1 STOPPED 0 211
gap 211 295
ROUNDS
}

$s->step('deferred by the administrator', '*' => <<'ROWS', sub {
log a`; DROP TABLE x; --  IN_PROGRESS/DOING latency=4 start=10 latest=316 stop (start DONE)
log shop STOPPED/SUSPEND latency=14 start=295 latest=306 start (restart DONE)
ROWS
    $s->admin("ALTER SYSTEM SET LOG_ARCHIVE_DEST_STATE = 'DEFER' TENANT = shop");
    $s->advance(15);
});

$s->step('start resumes it', '*' => <<'ROWS', sub {
log a`; DROP TABLE x; --  IN_PROGRESS/DOING latency=4 start=10 latest=331 stop (start DONE)
log shop IN_PROGRESS/DOING latency=4 start=295 latest=331 stop (start DONE)
ROWS
    $s->press(start => 'log', 'shop');
    $s->wait_statements(SET => 2);
    $s->advance(15);
    $s->wait_command('DONE');
});

$s->step('a stop that cannot end, for the media are dead', '*' => <<'ROWS', sub {
log a`; DROP TABLE x; --  IN_PROGRESS/DOING latency=124 start=10 latest=331 stop (start DONE)
log shop STOPPING/STOPPING latency=124 start=295 latest=331 (stop RUNNING)
ROWS
    $s->tell('media', alive => JSON::PP::false);
    $s->press(stop => 'log', 'shop');
    $s->wait_statements(NOARCHIVELOG => 2);
    $s->advance(120);
});

$s->step('the media are back', '*' => <<'ROWS', sub {
log a`; DROP TABLE x; --  IN_PROGRESS/DOING latency=4 start=10 latest=461 stop (start DONE)
log shop STOPPED/STOP latency=134 start=295 latest=331 start (stop DONE)
ROWS
    $s->tell('media', alive => JSON::PP::true);
    $s->advance(10);
    $s->wait_command('DONE');
});

$s->step('accepted, but nothing runs', '*' => <<'ROWS', sub {
log a`; DROP TABLE x; --  IN_PROGRESS/DOING latency=4 start=10 latest=491 stop (start DONE)
{bare}
log shop STOPPED/STOP latency=164 start=295 latest=331 start (stop DONE)
ROWS
    $s->admin('ALTER SYSTEM ARCHIVELOG TENANT = bare');
    $s->advance(30);
});

$s->step('a state that nobody has heard of', '*' => <<'ROWS', sub {
log a`; DROP TABLE x; --  UNKNOWN/HIBERNATING latency=14 start=10 latest=491 (start DONE)
log shop STOPPED/STOP latency=174 start=295 latest=331 start (stop DONE)
ROWS
    $s->tell('force', tenant => $odd, status => 'HIBERNATING');
    $s->advance(10);
});

# Cleanup.
$s->step('cleanup begins', '*' => <<'ROWS', sub {
cleanup shop DELETE OBSOLETE BACKUP PENDING/INIT items=0 start=505 cancel
ROWS
    $s->admin("ALTER SYSTEM ADD DELETE BACKUP POLICY 'default' "
        . "RECOVERY_WINDOW '7d' TENANT shop");
    $s->tell('cleanup', tenant => 'shop', sets => 4);
});

$s->step('cleanup works', '*' => <<'ROWS', sub { $s->advance(15) });
cleanup shop DELETE OBSOLETE BACKUP EXECUTING/DOING items=3 start=505 cancel
log a`; DROP TABLE x; --  UNKNOWN/HIBERNATING latency=29 start=10 latest=491 (start DONE)
log shop STOPPED/STOP latency=189 start=295 latest=331 start (stop DONE)
ROWS

$s->step('cleanup is complete', '*' => <<'ROWS', sub { $s->advance(15) });
cleanup shop DELETE OBSOLETE BACKUP COMPLETED/COMPLETED items=4 start=505 end=525
log a`; DROP TABLE x; --  UNKNOWN/HIBERNATING latency=44 start=10 latest=491 (start DONE)
log shop STOPPED/STOP latency=204 start=295 latest=331 start (stop DONE)
ROWS

$s->step('cleanup is canceled', '*' => <<'ROWS', sub {
cleanup shop DELETE OBSOLETE BACKUP FAILED/CANCELED items=1 start=535 end=550 (cancel DONE) cause:CANCELED
log a`; DROP TABLE x; --  UNKNOWN/HIBERNATING latency=64 start=10 latest=491 (start DONE)
log shop STOPPED/STOP latency=224 start=295 latest=331 start (stop DONE)
ROWS
    $s->tell('cleanup', tenant => 'shop', sets => 3);
    $s->advance(10);
    $s->wait_looks->refresh;
    $s->press(cancel => 'cleanup', 'shop');
    $s->wait_statements('CANCEL DELETE' => 1);
    $s->advance(10);
    $s->wait_command('DONE');
});

$s->step('cleanup fails', '*' => <<'ROWS', sub {
cleanup shop DELETE OBSOLETE BACKUP FAILED/FAILED items=0 start=555 end=560 cause:-9071:ROOTSERVICE:YB420A000007-0005F0A2-0-0
log a`; DROP TABLE x; --  UNKNOWN/HIBERNATING latency=79 start=10 latest=491 (start DONE)
log shop STOPPED/STOP latency=239 start=295 latest=331 start (stop DONE)
ROWS
    $s->tell('fail-cleanup', tenant => 'shop', result => -9071,
        comment => '(ROOTSERVICE)addr: 10.0.0.7:2882, result: -9071('
            . 'permission denied), trace_id: YB420A000007-0005F0A2-0-0');
    $s->tell('cleanup', tenant => 'shop', sets => 2);
    $s->advance(15);
});

# One odd row costs nothing else.
$s->step('an odd row', '*' => <<'ROWS', sub {
data shop UNKNOWN/PONDERING id=99
log a`; DROP TABLE x; --  UNKNOWN/HIBERNATING latency=84 start=10 latest=491 (start DONE)
log shop STOPPED/STOP latency=244 start=295 latest=331 start (stop DONE)
ROWS
    $s->tell('row', view => 'CDB_OB_BACKUP_JOBS', row => { TENANT_ID => 1002,
        JOB_ID => undef, STATUS => "\x{1}\x{fffd}", START_TIMESTAMP => undef,
        RESULT => 'many' });
    $s->tell('row', view => 'CDB_OB_BACKUP_JOBS', row => { TENANT_ID => 1002,
        JOB_ID => 99, STATUS => 'PONDERING', START_TIMESTAMP => undef });
    $s->tell('row', view => 'CDB_OB_ARCHIVELOG', row => { TENANT_ID => undef,
        ROUND_ID => undef });
    $s->advance(5);
});

# Contact.
$s->step('no contact', '*' => <<'ROWS', sub {
ROWS
    $s->tell('down');
    $s->wait_stale;
});

$s->step('contact again', '*' => <<'ROWS', sub {
log a`; DROP TABLE x; --  UNKNOWN/HIBERNATING latency=144 start=10 latest=491 (start DONE)
log shop STOPPED/STOP latency=304 start=295 latest=331 start (stop DONE)
ROWS
    $s->tell('up');
    $s->advance(60);
});


# Each statement once, under exactly the names of the tenants.
my $quoted = '`a``; DROP TABLE x; -- `';
for my $name (sort keys %versions) {
    my @acts = map { $_->{sql} } grep { $_->{sql} =~ /`/
        || $_->{sql} =~ /LOG_ARCHIVE_DEST_STATE = 'ENABLE'/ }
        $s->standin->statements($name);
    s/command \d+/command N/ for @acts;
    is(join("\n", @acts), <<"ACTS" =~ s/\n\z//r, "$name: what was done");
ALTER SYSTEM ARCHIVELOG TENANT = $quoted
ALTER SYSTEM BACKUP INCREMENTAL TENANT = `shop` DESCRIPTION = 'backup-tasks command N'
ALTER SYSTEM CANCEL BACKUP TENANT = `shop`
ALTER SYSTEM NOARCHIVELOG TENANT = `shop`
ALTER SYSTEM ARCHIVELOG TENANT = `shop`
ALTER SYSTEM SET LOG_ARCHIVE_DEST_STATE = 'ENABLE' TENANT = `shop`
ALTER SYSTEM NOARCHIVELOG TENANT = `shop`
ALTER SYSTEM CANCEL DELETE BACKUP TENANT = `shop`
ACTS
}
$s->hides('SECRET4711', 'AKID4711');
$s->done;
