#!/usr/bin/perl
# ctl_migrate.t: backup-tasks-ctl migrate: fresh, again, interrupted, concurrent, refused.

use strict;
use warnings;

use Digest::SHA;
use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Database;
use BackupTasks::Kill qw(kill_library run_killed);
use File::Temp;
use Test::More;

my $t = BackupTasks->new;               # not started: programs and paths
my $root = $t->root;
my $dir = File::Temp::tempdir('bt-test-XXXXXX', TMPDIR => 1, CLEANUP => 1);
mkdir "$dir/log";
my $db = BackupTasks::Database->new(dir => $dir, root => $root,
    build => $t->build, schema => 0, connect_database => 'mysql')->start;
my $program = $t->build . '/backup-tasks-ctl';

$db->sql('CREATE USER admin@localhost');
$db->sql('GRANT ALL ON *.* TO admin@localhost');
$db->sql(q{CREATE USER limited@localhost IDENTIFIED BY 'pass-of-limited'});
$db->sql('GRANT SELECT ON mysql.* TO limited@localhost');

sub write_file {
    my ($path, $text, $mode) = @_;
    open my $file, '>', $path or die "$path: $!";
    print $file $text;
    close $file;
    chmod $mode // 0600, $path;
    return $path;
}

sub store {
    my ($name, @options) = @_;
    return write_file("$dir/$name.cnf", join '', "[backup-tasks]\n",
        "socket=$dir/db.sock\n", map { "$_\n" } @options);
}

my $store = store('admin', 'user=admin');

sub ctl {
    my ($with, @arguments) = @_;
    return $t->run_program($program, '--store', $with, @arguments);
}

sub migrate {
    my ($schema, $with, @more) = @_;
    return ctl($with // $store, 'migrate', '--dir', $schema, @more);
}

# A directory with these migrations: name => text.
sub schema {
    my (%files) = @_;
    my $schema = File::Temp::tempdir(DIR => $dir);
    write_file("$schema/$_", $files{$_}) for keys %files;
    return $schema;
}

# What the database holds: tables, columns, keys, and the rows of some tables.
sub content {
    my (@tables) = @_;
    my @rows = $db->sql('SELECT table_name, column_name, column_type, '
        . 'is_nullable, collation_name FROM information_schema.columns '
        . "WHERE table_schema = 'backup_tasks' ORDER BY 1, 2");
    push @rows, $db->sql('SELECT table_name, index_name, seq_in_index, '
        . 'column_name FROM information_schema.statistics '
        . "WHERE table_schema = 'backup_tasks' ORDER BY 1, 2, 3");
    push @rows, $db->sql("SELECT '$_', t.* FROM backup_tasks.$_ t ORDER BY 2")
        for @tables;
    return join "\n", map { join '|', @$_ } @rows;
}

sub drop { return $db->sql('DROP DATABASE IF EXISTS backup_tasks') }

# Fresh: the database comes into being, too.
my ($status, $text) = migrate("$root/schema");
is($status, 0, 'a fresh store: 0') or diag $text;
like($text, qr/^0001-records\.sql: applied$/m, 'says what it applied');
is($db->value('SELECT number FROM backup_tasks.change_counter'), 1,
    'the change counter is there');
my @migrations = map { m{([^/]+)$} } sort glob "$root/schema/[0-9]*.sql";
my $who = getpwuid $>;
my $last = @migrations;
like(join(' ', @{ ($db->sql('SELECT id, user, action, outcome, detail FROM '
    . 'backup_tasks.audit_events'))[0] }),
    qr/^1 os:$who migrate DONE up to migration $last\b/,
    'who did it is on record');
is($db->value('SELECT default_collation_name FROM information_schema.schemata '
    . "WHERE schema_name = 'backup_tasks'"), 'utf8mb4_bin', 'exact names');
my ($row) = $db->sql('SELECT name, sha256, finished IS NOT NULL FROM '
    . 'backup_tasks.schema_migrations WHERE version = 1');
is_deeply($row, ['0001-records.sql', Digest::SHA->new(256)
    ->addfile("$root/schema/0001-records.sql")->hexdigest, 1],
    'and noted with its checksum');

# Feeds give their ids in the name of this machine.
my ($authority, $minted, $own) = @{ ($db->sql('SELECT authority, '
    . 'TIMESTAMPDIFF(SECOND, minted, UTC_TIMESTAMP(6)) < 600, store_id FROM '
    . 'backup_tasks.store_identity'))[0] };
chomp(my $full = lc(`hostname -f` || ''));
is($authority, $full =~ /^[a-z0-9.-]+\z/ ? $full : $authority,
    'the authority of ids');
is($minted, 1, 'its day');
like($own, qr/^[0-9a-f]{32}\z/, 'a number of its own');

# Again: nothing changes.
my $fresh = content(qw(schema_migrations change_counter audit_events
    store_identity));
($status, $text) = migrate("$root/schema");
is($status, 0, 'again: 0');
unlike($text, qr/applied/, 'nothing applied');
is(content(qw(schema_migrations change_counter audit_events
    store_identity)), $fresh,
    'nothing changed');

($status, $text) = migrate("$root/schema", undef, '--authority',
    $authority);
is($status, 0, 'the same authority');
for my $case (['other.example', qr/cannot be changed/], map { [ $_,
    qr/takes a domain name or an address of mail/ ] } '', 'Upper.example',
    'a..b', '.a', 'a.', '-a', 'a-', 'a.-b', 'a b', '@a', 'me@', "a\n", 'a/b',
    'x' x 256)
{
    my ($name, $reason) = @$case;
    ($status, $text) = migrate("$root/schema", undef, '--authority', $name);
    is($status, 2, "the authority \"$name\" is refused");
    like($text, $reason, 'says why');
}
is(content(qw(schema_migrations change_counter audit_events
    store_identity)), $fresh, 'nothing changed');

# Refused, each with a reason, and nothing changed.
$db->sql(q{INSERT INTO backup_tasks.schema_migrations VALUES
    (9007, '9007-later.sql', REPEAT('0', 64), 3, NOW(), NOW())});
my $newer = content('schema_migrations');
($status, $text) = migrate("$root/schema");
is($status, 2, 'a newer store: 2');
like($text, qr/newer than this program: it has migration 9007, .* known here is/,
    'says so');
is(content('schema_migrations'), $newer, 'nothing changed');
$db->sql('DELETE FROM backup_tasks.schema_migrations WHERE version = 9007');

my %altered = map { my $name = $_;
    local (@ARGV, $/) = "$root/schema/$name"; ($name => scalar <>) } @migrations;
$altered{'0001-records.sql'} .= "-- more\n";
($status, $text) = migrate(schema(%altered));
is($status, 2, 'an altered migration: 2');
like($text, qr/0001-records\.sql is not the file that was applied/, 'says so');
is(content(qw(schema_migrations change_counter audit_events
    store_identity)), $fresh,
    'nothing changed');

my $good = "CREATE TABLE a (n INT);\n";
for my $case (
    ['a hole', schema('0001-a.sql' => $good, '0003-c.sql' => $good),
        qr/without a hole/],
    ['a number twice', schema('0001-a.sql' => $good, '0001-b.sql' => $good),
        qr/without a hole/],
    ['half a statement', schema('0001-a.sql' => "${good}CREATE TABLE b"),
        qr/0001-a\.sql: does not end with a whole statement/],
    ['no statement', schema('0001-a.sql' => "-- nothing;\n\n"),
        qr/0001-a\.sql: does not end with a whole statement/],
    ['no migration', schema('readme.sql' => $good), qr/no migrations/],
    ['no directory', "$dir/nowhere", qr{nowhere: No such file}])
{
    my ($name, $schema, $says) = @$case;
    ($status, $text) = migrate($schema);
    is($status, 2, "$name: 2");
    like($text, $says, "$name: says why");
}

# Rights that are missing are found before anything is done.
drop();
$db->sql('CREATE DATABASE backup_tasks');
$db->sql(q{CREATE USER few@localhost IDENTIFIED BY 'pw'});
my $few = store('few', 'user=few', 'password=pw');
$db->sql('GRANT SELECT ON backup_tasks.* TO few@localhost');
($status, $text) = migrate("$root/schema", $few);
is($status, 1, 'an account that may create no table: 1');
like($text, qr/lacks a right that migrations need: .*denied/,
    'says what it is');
like($text, qr/backup-tasks-ctl grants --database backup_tasks --migrate/,
    'and what to run');
$db->sql('GRANT INSERT, UPDATE, DELETE, CREATE, DROP ON backup_tasks.*'
    . ' TO few@localhost');
($status, $text) = migrate("$root/schema", $few);
is($status, 1, 'one that may not alter them: 1');
like($text, qr/nothing was applied/, 'says that nothing was applied');
is(join(' ', map { $_->[0] } $db->sql('SHOW TABLES FROM backup_tasks')),
    'schema_lock schema_migrations', 'and nothing was');
$db->sql('GRANT ALTER, INDEX ON backup_tasks.* TO few@localhost');
is((migrate("$root/schema", $few))[0], 0, 'with these it can');
$db->sql('REVOKE ALTER, INDEX, DROP ON backup_tasks.* FROM few@localhost');
is((migrate("$root/schema", $few))[0], 0,
    'where nothing is to be done, nothing is tried');
$db->sql('DROP USER few@localhost');

# Accounts and option files.
drop();
my $limited = store('limited', 'user=limited', 'password=pass-of-limited');
($status, $text) = migrate("$root/schema", $limited);
is($status, 1, 'an account that may not create the database: 1');
like($text, qr/run as an administrator: CREATE DATABASE IF NOT EXISTS/,
    'the statement to run');
unlike($text, qr/pass-of-limited/, 'no password in the message');
$db->sql(q{SET PASSWORD FOR limited@localhost = PASSWORD('another')});
($status, $text) = migrate("$root/schema", $limited);
is($status, 1, 'a wrong password: 1');
like($text, qr/check user and password/, 'says what to look at');
unlike($text, qr/pass-of-limited|another/, 'no password in the message');
chmod 0644, $limited;
($status, $text) = migrate("$root/schema", $limited);
is($status, 2, 'a password that everybody may read: 2');
like($text, qr/chmod o-rw/, 'says how to mend it');
for my $case (
    ['no option file', "$dir/none.cnf", qr/No such file/],
    ['a broken port', store('port', 'port=70000'), qr/line 3: port is/],
    ['a broken section', write_file("$dir/s.cnf", "[backup-tasks\n"),
        qr/line 1: the closing \]/],
    ['an unclosed quote', store('quote', 'user="admin'), qr/closing "/],
    ['an included file', store('include', '!include /etc/my.cnf'),
        qr/not followed/],
    ['a broken ssl-mode', store('ssl', 'ssl-mode=MAYBE'), qr/ssl-mode is/])
{
    my ($name, $with, $says) = @$case;
    ($status, $text) = migrate("$root/schema", $with);
    is($status, 2, "$name: 2");
    like($text, $says, "$name: says why");
}
for my $mode (qw(REQUIRED VERIFY_CA VERIFY_IDENTITY)) {
    ($status, $text) = migrate("$root/schema",
        store('tls', 'user=admin', "ssl_mode=$mode"));
    is($status, 1, "$mode, and TLS that the server does not have: 1");
    like($text, qr/check the options for TLS|TLS is required/, 'says so');
}
($status, $text) = migrate("$root/schema",
    store('odd', 'user = "admin" # quoted', 'database=backup_tasks',
        'unknown-option=1'));
is($status, 0, 'quotes, comments, options of others') or diag $text;

# Wrong usage.
for my $case ([['migrate', 'now'], qr/takes no argument/],
    [['migrate', '--nonsense'], qr/nonsense/], [['mirgate'], qr/no command/],
    [[], qr/^usage:/])
{
    my ($arguments, $says) = @$case;
    ($status, $text) = ctl($store, @$arguments);
    is($status, 2, "@$arguments: 2");
    like($text, $says, "@$arguments: says why");
}

# A statement that fails keeps what came before it, and is tried again.
drop();
my $failing = schema(
    '0001-a.sql' => "CREATE TABLE a (n INT);\nINSERT INTO a VALUES (1);\n",
    '0002-b.sql' => "-- comment;\nUPDATE a SET n = n + 1;\n"
        . "INSERT INTO other\n  VALUES (1);\nUPDATE a SET n = n + 10;\n");
($status, $text) = migrate($failing);
is($status, 1, 'a failing statement: 1');
like($text, qr/0002-b\.sql, statement 2 of 3 \(INSERT INTO other/,
    'names file and statement');
is($db->value('SELECT n FROM backup_tasks.a'), 2, 'what came before is kept');
$db->sql('CREATE TABLE backup_tasks.other (n INT)');
($status, $text) = migrate($failing);
is($status, 0, 'mended: 0') or diag $text;
is($db->value('SELECT n FROM backup_tasks.a'), 12, 'each statement once');

# Another's table is not taken for ours.
drop();
$db->sql('CREATE DATABASE backup_tasks');
$db->sql('CREATE TABLE backup_tasks.a (other INT)');
($status, $text) = migrate($failing);
is($status, 1, 'a table that somebody else made: 1');
like($text, qr/already exists/, 'says so');

# Four at once.
drop();
my @children = map {
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        open STDOUT, '>', "$dir/child.$_";
        open STDERR, '>&', \*STDOUT;
        exec $program, '--store', $store, 'migrate', '--dir', "$root/schema"
            or POSIX::_exit(127);
    }
    $pid;
} 1 .. 4;
my @codes = map { waitpid $_, 0; $? } @children;
is_deeply(\@codes, [0, 0, 0, 0], 'four at once: all 0');
my $outputs = join '', map { local (@ARGV, $/) = "$dir/child.$_"; <> } 1 .. 4;
is(() = $outputs =~ /^0001-records\.sql: applied$/mg, 1, 'applied once');

# Killed at every packet, before it is sent and while the server works on it:
# the next run ends with the store of an undisturbed one.
my %steps = (
    '0001-a.sql' => "CREATE TABLE a (n INT NOT NULL) ENGINE=InnoDB;\n"
        . "INSERT INTO a VALUES (1);\nUPDATE a SET n = n * 3;\n",
    '0002-b.sql' => "ALTER TABLE a ADD COLUMN m INT NULL;\n"
        . "CREATE INDEX a_n ON a (n);\nUPDATE a SET m = n, n = n + 7;\n"
        . "INSERT INTO a (n) SELECT n + 1 FROM a;\n");
my $schema = $ENV{BT_LONG} ? "$root/schema" : schema(%steps);
my @content = $ENV{BT_LONG} ? ('change_counter') : ('a');

SKIP: {
    skip 'the sanitizers want to be loaded first', 2 if $ENV{SAN};
    my $library = kill_library($root, $dir);
    drop();
    migrate($schema);
    my $whole = content(@content);
    for my $when (qw(SEND SENT)) {
        my ($kills, @wrong) = (0);
        for my $number (1 .. 5000) {
            drop();
            last if !run_killed($library, $when, $number, $program, '--store',
                $store, 'migrate', '--dir', $schema);
            $kills++;
            ($status, $text) = migrate($schema);
            push @wrong, "$number: $status $text"
                if $status != 0 || content(@content) ne $whole;
        }
        ok(!@wrong && $kills > 40, "killed at each packet ($when), $kills times")
            or diag "wrong after: @wrong";
    }
}

$db->stop;
($status, $text) = migrate("$root/schema");
is($status, 1, 'no database: 1');
like($text, qr/check that the database runs/, 'says what to look at');

done_testing;
