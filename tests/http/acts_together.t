#!/usr/bin/perl
# acts_together.t: many at the same moment: one act; and fifty at random: a legal history.
#
# BT_SEED=N takes another course; BT_LONG=1 presses for a minute.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Database;
use BackupTasks::Http qw(form_encode);
use BackupTasks::Records;
use Digest::SHA qw(hmac_sha256_hex);
use POSIX ();
use Test::More;
use Time::HiRes ();

my $seed = $ENV{BT_SEED} // 20261122;
my $seconds = $ENV{BT_LONG} ? 60 : 0;
my $presses = $ENV{BT_LONG} ? 1_000_000 : 12;
my @users = map { sprintf 'op%02d', $_ } 1 .. 50;

sub settings {
    my $map = join ' ', map { "$_ operator;" } @users;
    s/(map \$remote_user \$demo_roles \{)/$1 $map/;
    return;
}
my $t = BackupTasks->new(edit => \&settings,
    worker_options => ['--command-deadline', 86400])->start(qw(db worker));
$t->_write($t->dir . '/htpasswd', join '', map { "$_:{PLAIN}$_\n" }
    'operator', @users);
$t->start('nginx');
my $records = BackupTasks::Records->new($t);
my $cluster = $records->add_cluster(name => 'pay', version => '4.2.1.0');
my $tenant = $records->add_tenant(cluster_id => $cluster, name => 'acct');
my $now = $t->value('SELECT UTC_TIMESTAMP()');
sub log_backup {
    return $records->add(log => cluster_id => $cluster, tenant_id => $tenant,
        start_time => $now, status => 'IN_PROGRESS', @_);
}

my $key = $t->read_file($t->dir . '/csrf.key') =~ s/\s+\z//r;
sub form {
    my ($user, $state, $idempotency) = @_;
    return { csrf => hmac_sha256_hex("$user\n" . int(time / 3600), $key),
        'expected-state' => $state, 'idempotency-key' => $idempotency };
}
my %from = ('Content-Type' => 'application/x-www-form-urlencoded',
    Origin => 'http://127.0.0.1:' . $t->port, 'Sec-Fetch-Site' => 'same-origin');

# All requests are on their way before the first answer is read.
sub all_at_once {
    my ($path, @forms) = @_;
    my @calls = map { $t->open_get($path, method => 'POST', user => 'operator',
        body => form_encode($_), headers => \%from) } @forms;
    my %seen;
    for my $call (@calls) {
        my $answer = $t->finish($call);
        push @{ $seen{"$answer->{status} "
            . ($answer->{headers}{location} // '')} }, $answer;
    }
    return \%seen;
}
sub count { return $t->value("SELECT COUNT(*) FROM $_[0]") }

# --- two hundred ------------------------------------------------------------------

my $log = log_backup();
my $same = form('operator', 'IN_PROGRESS', 'a' x 32);
my $began = Time::HiRes::time();
my $seen = all_at_once("/backup/log/$log/stop", ($same) x 200);
note sprintf '200 identical posts: %.2f s', Time::HiRes::time() - $began;
my ($command) = map { $_->[0] } $t->sql('SELECT id FROM commands');
is_deeply([ map { "$_ x " . @{ $seen->{$_} } } sort keys %$seen ],
    ["303 /backup/commands/$command x 200"], '200 identical: 200 times the 303');
is(count('commands'), 1, 'one command');
is(count("audit_events WHERE command_id = $command"), 1, 'one event');
is(count("changes WHERE kind = 'command'"), 1, 'one change of the command');

my @others = map { form('operator', 'IN_PROGRESS', sprintf '%032x', $_) } 1 .. 20;
$seen = all_at_once("/backup/log/$log/stop", @others, ($same) x 20);
is_deeply({ map { $_ => scalar @{ $seen->{$_} } } keys %$seen },
    { "303 /backup/commands/$command" => 20, '409 ' => 20 },
    'another key meanwhile: 409; the same: the same');
like($seen->{'409 '}[0]{body}, qr/IN_PROGRESS|In Progress/,
    'with the present state');

$log = log_backup();
$seen = all_at_once("/backup/log/$log/stop", map { (form('operator',
    'IN_PROGRESS', sprintf 'b%031x', $_)) x 4 } 1 .. 50);
($command) = map { $_->[0] } $t->sql("SELECT id FROM commands"
    . " WHERE target_id = $log");
is_deeply({ map { $_ => scalar @{ $seen->{$_} } } keys %$seen },
    { "303 /backup/commands/$command" => 4, '409 ' => 196 },
    '50 different forms, each sent four times: one of them acts');
is(count("commands WHERE target_id = $log"), 1, 'one command');

$seen = all_at_once("/backup/commands/$command/cancel", map {
    form('operator', 'REQUESTED', sprintf 'c%031x', $_) } 1 .. 50);
is_deeply({ map { $_ => scalar @{ $seen->{$_} } } keys %$seen },
    { "303 /backup/commands/$command" => 1, '409 ' => 49 },
    '50 cancel: one of them does');

# --- fifty at random -----------------------------------------------------------------

$log = log_backup();
my ($first_change, $first_event) = map { $t->value($_) }
    'SELECT number FROM change_counter', 'SELECT MAX(id) FROM audit_events';

# What a cluster does, slowly and not always well, as an agent would write it:
# by transactions that lock the log backup, the command, the change counter.
sub agent {
    my ($db, $stop) = @_;
    my %after = (start => [qw(STARTING IN_PROGRESS)],
        stop => [qw(STOPPING STOPPED)],
        restart => [qw(STOPPING STOPPED STARTING IN_PROGRESS)]);
    while (!-e $stop) {
        Time::HiRes::sleep(rand 0.02);
        my ($open) = $db->sql('SELECT id, action FROM commands WHERE'
            . " open_target = $log AND state = 'REQUESTED'");
        if (!$open) {
            move($db, 'INTERRUPTED', 'IN_PROGRESS') if rand() < 0.2;
            next;
        }
        $db->sql('UPDATE commands SET deadline = UTC_TIMESTAMP(6) WHERE'
            . " id = $open->[0] AND state = 'REQUESTED'")
            if rand() < 0.05;                          # it was away too long
        Time::HiRes::sleep(0.3) if rand() < 0.1;       # time to cancel
        next if rand() < 0.3 || !take($db, $open->[0]);
        my @states = @{ $after{ $open->[1] } };
        $#states = int rand @states if rand() < 0.2;   # it fails on the way
        for my $state (@states) {
            Time::HiRes::sleep(rand 0.005);
            move($db, $state);
        }
        my $done = @states == @{ $after{ $open->[1] } };
        move($db, 'FAILED') if !$done;
        finish($db, $open->[0], $done ? 'DONE' : 'FAILED');
    }
    return;
}

sub in_transaction {
    my ($db, $code) = @_;
    $db->sql('START TRANSACTION');
    my ($status) = @{ ($db->sql('SELECT status FROM log_backups'
        . " WHERE id = $log FOR UPDATE"))[0] };
    my $done = $code->($status, sub {
        $db->sql('UPDATE change_counter SET number = number + 1');
        return $db->value('SELECT number FROM change_counter');
    });
    $db->sql($done ? 'COMMIT' : 'ROLLBACK');
    return $done;
}

sub note_change {
    my ($db, $number, $kind, $id, $old, $new) = @_;
    $db->sql("INSERT INTO changes VALUES ($number, '$kind', $id, $cluster,"
        . " $tenant, '$old', '$new', UTC_TIMESTAMP(6))");
    return;
}

sub move {
    my ($db, $to, $only) = @_;
    return in_transaction($db, sub {
        my ($status, $number) = @_;
        return 0 if $status eq $to || $only && $status ne $only;
        my $n = $number->();
        $db->sql("UPDATE log_backups SET status = '$to', change_no = $n"
            . " WHERE id = $log");
        note_change($db, $n, 'log', $log, $status, $to);
        return 1;
    });
}

sub set_state {
    my ($db, $id, $from, $to, $set) = @_;
    return in_transaction($db, sub {
        my ($status, $number) = @_;
        return 0 if !$db->value("SELECT COUNT(*) FROM (SELECT id FROM commands"
            . " WHERE id = $id AND state = '$from' AND ('$from' = 'RUNNING'"
            . ' OR deadline > UTC_TIMESTAMP(6)) FOR UPDATE) c');
        my $n = $number->();
        $db->sql("UPDATE commands SET state = '$to', $set, change_no = $n"
            . " WHERE id = $id");
        note_change($db, $n, 'command', $id, $from, $to);
        note_change($db, $n, 'log', $log, $status, $status);
        return 1;
    });
}

sub take {
    my ($db, $id) = @_;
    return set_state($db, $id, 'REQUESTED', 'RUNNING',
        'started_at = UTC_TIMESTAMP(6)');
}

sub finish {
    my ($db, $id, $to) = @_;
    return set_state($db, $id, 'RUNNING', $to,
        'ended_at = UTC_TIMESTAMP(6), open_target = NULL');
}

# One operator: looks, and presses something, sensible or not; a line for each
# answer: what, key, status, location.
sub operator {
    my ($n, $out) = @_;
    my $user = $users[$n];
    my $end = Time::HiRes::time() + $seconds;
    my ($last, $used) = ('', '');
    for my $press (1 .. $presses) {
        last if $seconds && Time::HiRes::time() > $end;
        my $page = $t->get("/backup/log/$log.xml", user => $user)->{body};
        my ($state) = $page =~ m{<status>(\w+)</status>\s*(?:<raw|<status-since|<actions)};
        my ($open) = $page =~ m{<command id="(\d+)"[^>]* state="REQUESTED"};
        my $what = (qw(start stop restart))[rand 3];
        my $path = "log/$log/$what";
        if ($open && rand() < 0.3) {
            ($what, $path, $state) = ('cancel', "commands/$open/cancel",
                'REQUESTED');
        }
        $state = (qw(STOPPED IN_PROGRESS INTERRUPTED FAILED))[rand 4]
            if !$state || rand() < 0.1;
        my $idempotency = sprintf '%04x%028x', $n, $press;
        ($what, $path, $state, $idempotency) = split ' ', $last
            if $last && rand() < 0.15;                 # pressed twice
        $last = "$what $path $state $idempotency";
        my $answer = $t->request(method => 'POST', path => "/backup/$path",
            user => $user, headers => \%from,
            body => form_encode(form($user, $state, $idempotency)));
        print {$out} join(' ', $user, $what, $idempotency, $answer->{status},
            $answer->{headers}{location} // '-'), "\n";
    }
    return;
}

sub child {
    my ($number, $code) = @_;
    my $pid = fork // die "fork: $!";
    return $pid if $pid;
    srand $seed + $number;
    open my $out, '>', $t->dir . "/tmp/op$number" or die "op$number: $!";
    eval { $code->($out); 1 } or print {$out} "died: $@";
    close $out;
    POSIX::_exit(0);
}

my $stop = $t->dir . '/tmp/stop';
note "seed $seed";
my $agent = child('999', sub {
    my $db = BackupTasks::Database->new(dir => $t->dir);
    agent($db, $stop);
});
my @pids = map { my $n = $_; child($n, sub { operator($n, $_[0]) }) } 0 .. $#users;
waitpid $_, 0 for @pids;
$t->_write($stop, '');
waitpid $agent, 0;
is($t->read_file($t->dir . '/tmp/op999'), '', 'the agent came through');

# --- what was answered, and what is in the store -----------------------------------------

my (%answers, %by_key, %commands);
for my $n (0 .. $#users) {
    for my $line (split /\n/, $t->read_file($t->dir . "/tmp/op$n")) {
        my ($user, $what, $idempotency, $status, $location) = split ' ', $line;
        $answers{"$what $status"}++;
        push @{ $by_key{"$user $idempotency $what"} }, [$status, $location];
    }
}
note join ', ', map { "$_: $answers{$_}" } sort keys %answers;
is(join(' ', grep { !/ (?:303|404|409)$/ } sort keys %answers), '',
    'every press was carried out or refused');
my @of_log = map { { id => $_->[0], action => $_->[1], expected => $_->[2],
    state => $_->[3], by => $_->[4], key => $_->[5] } } $t->sql('SELECT id,'
    . ' action, expected_state, state, requested_by, idempotency_key'
    . " FROM commands WHERE target_id = $log ORDER BY id");
for my $c (@of_log) {
    $commands{ $c->{id} } = $c;
    $c->{told} = grep { $_->[0] == 303 && $_->[1] eq "/backup/commands/$c->{id}" }
        @{ delete $by_key{"$c->{by} $c->{key} $c->{action}"} || [] };
}
is(join(' ', map { $_->{id} } grep { !$_->{told} } @of_log), '',
    'every command was told to whoever requested it');
is(scalar(grep { $_->[0] == 303 } map { @{ $by_key{$_} } }
    grep { !/cancel$/ } keys %by_key), 0, 'and nobody was told another');
cmp_ok(scalar @of_log, '>', 1, 'commands: ' . @of_log);

# The history: which states follow which, for the log backup and each command.
my %edge = map { $_ => 1 } qw(IN_PROGRESS-INTERRUPTED IN_PROGRESS-STOPPING
    STARTING-STOPPING INTERRUPTED-STOPPING STOPPING-STOPPED STOPPED-STARTING
    FAILED-STARTING STARTING-IN_PROGRESS STOPPING-FAILED STOPPED-FAILED
    STARTING-FAILED IN_PROGRESS-FAILED);
my %life = map { $_ => 1 } qw(-REQUESTED REQUESTED-RUNNING REQUESTED-CANCELED
    REQUESTED-EXPIRED RUNNING-DONE RUNNING-FAILED);
my %allowed = (start => 'STOPPED FAILED', stop => 'STARTING IN_PROGRESS'
    . ' INTERRUPTED', restart => 'INTERRUPTED');
my ($status, $open, %state, @wrong) = ('IN_PROGRESS', 0);
for my $change ($t->sql('SELECT number, kind, record_id, IFNULL(old_status, ""),'
    . " new_status FROM changes WHERE number > $first_change"
    . " AND (kind = 'log' AND record_id = $log OR kind = 'command'"
    . " AND record_id IN (SELECT id FROM commands WHERE target_id = $log))"
    . ' ORDER BY number, kind'))
{
    my ($number, $kind, $id, $old, $new) = @$change;
    if ($kind eq 'log') {
        push @wrong, "$number: log $old, was $status" if $old ne $status;
        push @wrong, "$number: log $old to $new"
            if $old ne $new && !$edge{"$old-$new"};
        $status = $new;
        next;
    }
    push @wrong, "$number: command $id $old, was " . ($state{$id} // '')
        if $old ne ($state{$id} // '');
    push @wrong, "$number: command $id $old to $new" if !$life{"$old-$new"};
    $state{$id} = $new;
    if ($new eq 'REQUESTED') {
        my $c = $commands{$id};
        push @wrong, "$number: $id requested while $open was open" if $open;
        push @wrong, "$number: $id for $c->{expected}, was $status"
            if $c->{expected} ne $status;
        push @wrong, "$number: $c->{action} on $status"
            if $allowed{ $c->{action} } !~ /\b$status\b/;
        $open = $id;
    } elsif ($new ne 'RUNNING') {
        push @wrong, "$number: $id ended while $open was open" if $open != $id;
        $open = 0;
    }
}
is(join("\n", @wrong), '', 'a legal path through the states');
is_deeply({ map { $_->{id} => $_->{state} } @of_log }, \%state,
    'which ends in the states that are there');
is($t->value("SELECT status FROM log_backups WHERE id = $log"), $status,
    'and in that of the log backup');
my %ends;
$ends{$_}++ for values %state;
note join ', ', map { "$_: $ends{$_}" } sort keys %ends;

# The trail tells the same.
is(count("audit_events WHERE id > $first_event AND outcome = 'ACCEPTED'"
    . " AND action <> 'cancel'"), scalar @of_log, 'an event for each command');
is(count("audit_events WHERE id > $first_event AND outcome = 'ACCEPTED'"
    . " AND action = 'cancel'"), $ends{CANCELED} // 0, 'for each cancel');
is(count("audit_events WHERE id > $first_event AND outcome = 'EXPIRED'"
    . " AND target_id = $log"), $ends{EXPIRED} // 0, 'for each expiry');
is(count("audit_events WHERE id > $first_event AND outcome = 'REFUSED'"),
    ($answers{'cancel 404'} // 0) + eval { my $n = 0; $n += $answers{$_} // 0
        for map { "$_ 409" } qw(start stop restart cancel); $n },
    'for each refusal');
my ($code, $text) = $t->ctl(qw(audit verify));
is($code, 0, 'the chain is whole') or diag $text;

$t->done;
