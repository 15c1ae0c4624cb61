# agent_ob_acts.t: acts that meet refusals, accidents and other people; each takes effect once, and says what became of it.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks::Scenario;
use JSON::PP ();
use Test::More;

my $s = BackupTasks::Scenario->new(start => time);
my $root = 'root@sys';
$s->cluster('k', version => '4.1.0.0', tenants => [
    { name => 'shop' }, { name => 'till', archiving => JSON::PP::true },
    { name => 'copy', role => 'STANDBY' },
    { name => 'gone', archiving => JSON::PP::true },
    { name => 'bare', destination => undef } ],
    users => { $root => { password => 'standin', rights => 'all' } });
$s->begin;
$s->wait_looks->refresh;

# The statements since the last call, with what became of them.
my $seen = 0;
sub statements {
    my @all = $s->standin->statements('k');
    my @new = map { "$_->{result} " . $_->{sql} =~ s/ALTER SYSTEM //r }
        @all[ $seen .. $#all ];
    $seen = @all;
    return join "\n", @new;
}

# An act from the page to its end: its state and result.
sub act {
    my ($action, $tenant) = @_;
    my $before = () = $s->standin->statements('k');
    $s->press($action, 'log', $tenant);
    $s->t->wait_until(sub { _command('state') eq 'FAILED'
        || $s->standin->statements('k') > $before });
    $s->advance(20);
    my ($state) = $s->t->wait_until(sub {
        _command('state') =~ /^(DONE|FAILED)$/ && $1 }, 10);
    $s->wait_looks->refresh;
    return "$state: " . _command('result');
}

sub _command {
    my ($column) = @_;
    return $s->t->value("SELECT IFNULL($column, '') FROM commands "
        . 'ORDER BY id DESC LIMIT 1') // '';
}

sub fault {
    my (%fault) = @_;
    $s->tell('fault', fault => \%fault);
    return;
}


# What the cluster refuses is said, with what to do.
like(act(start => 'copy'), qr/^FAILED: .*-9023 cannot start log archive backup.*a STANDBY/, 'a standby of 4.1 cannot archive');
is(statements(), 'CANNOT_START_ARCHIVE ARCHIVELOG TENANT = `copy`',
    'it was asked once');

# The connection is lost before a statement, after it, or never answers; the
# cluster dies after it.
fault(when => 'before', match => '^ALTER', action => 'drop');
is(act(start => 'shop'), 'DONE: The log is archived: round 1 is DOING.',
    'lost before the statement took effect');
is(statements(), 'OK ARCHIVELOG TENANT = `shop`', 'it arrived once');

fault(when => 'after', match => '^ALTER', action => 'drop');
like(act(stop => 'shop'), qr/^DONE: Round 1 has stopped/,
    'lost after the statement took effect');
is(statements(), 'OK NOARCHIVELOG TENANT = `shop`', 'it arrived once');

fault(when => 'after', match => '^ALTER', action => 'die');
$s->press(start => 'log', 'shop');
ok($s->t->wait_until(sub { $s->standin->tell('k', 'served')->{open} == 0 }),
    'the cluster dies after the statement took effect');
$s->tell('up');
$s->advance(20);
$s->wait_command('DONE');
$s->wait_looks->refresh;
is(statements(), 'OK ARCHIVELOG TENANT = `shop`', 'it arrived once');

# A round can be stopped from BEGINNING on.
$s->press(stop => 'log', 'shop');
$s->wait_statements(NOARCHIVELOG => 2);
$s->advance(10);
$s->wait_command('DONE');
$s->wait_looks->refresh;
$s->press(start => 'log', 'shop');
$s->wait_statements(ARCHIVELOG => 3);
$s->advance(5);
$s->wait_looks->refresh;
is(_command('state'), 'RUNNING', 'a start is on its way');
ok($s->t->wait_until(sub { _command('progress') =~ /the round is PREPARE/ }),
    'what it waits for is said') or diag _command('progress');
$s->advance(10);
$s->wait_command('DONE');
statements();

# Somebody else was faster: the state that was wanted is there.
$s->wait_looks->refresh;
like(act(stop => 'till'), qr/^DONE: Round 1 has stopped/, 'stopped');
fault(when => 'before', match => '^ALTER SYSTEM ARCHIVELOG TENANT = `',
    action => 'drop');
$s->press(start => 'log', 'till');
$s->admin('ALTER SYSTEM ARCHIVELOG TENANT = till');
$s->advance(20);
is(($s->wait_command('DONE'))[0], 'The log is archived: round 2 is DOING.',
    'started by two at once');
is(scalar(grep { /^OK ARCHIVELOG/ } split /\n/, statements()), 1,
    'one of them counts');

# A tenant that was renamed is acted on under its name of now.
$s->tell('tenant', tenant => 'gone', change => { name => 'new name' });
$s->wait_looks->refresh;
like(act(stop => 'new name'), qr/^DONE/, 'a renamed tenant');
is(statements(), 'OK NOARCHIVELOG TENANT = `new name`', 'by its name of now');

# The account loses its rights, and its password is changed.
$s->tell('account', user => $root, change => { rights => 'read' });
like(act(stop => 'till'), qr/^FAILED: .*-1227 .*grant ALTER SYSTEM/,
    'no privilege');
is(statements(), 'NO_PRIVILEGE NOARCHIVELOG TENANT = `till`', 'asked once');
$s->tell('account', user => $root, change => { password => 'other' });
$s->tell('drop');
ok($s->t->wait_until(sub { $s->t->value('SELECT COUNT(*) FROM clusters WHERE '
    . "stale_reason LIKE '%Access denied%'") }), 'a password that is not right any more')
    or diag $s->t->value('SELECT stale_reason FROM clusters');
$s->hides('identified by');
$s->done;
