#!/usr/bin/perl
# program_simulation.t: the program behind the sample clusters: the same samples, Start and Stop obeyed, days gone by.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use POSIX qw(strftime);
use Test::More;

my $t = BackupTasks->new->start('db');
my $program = $t->build . '/backup-tasks-simulation';
my $told = $t->dir . '/told';
mkdir $told;
my ($status, $text) = $t->ctl('sample', '--tasks', 300, '--simulation',
    $program, '--directory', $told);
is($status, 0, 'samples with a simulation') or diag $text;
is($t->value('SELECT COUNT(*) FROM clusters c JOIN cluster_access a '
    . 'ON a.cluster_id = c.id WHERE c.simulated = 1 AND c.round_seconds = 10 '
    . "AND a.program = '$program' AND a.endpoints = '$told'"), 24,
    'all of them are registered with it');
my ($user) = map { $_->[0] } $t->sql('SELECT DISTINCT user FROM cluster_access');

sub call {
    my ($verb, $cluster, %o) = @_;
    local %ENV = (BT_ENDPOINTS => $told, BT_USER => $user,
        map { ("BT_$_" => $o{$_}) } keys %o);
    return $t->run_program($program, $verb, $cluster);
}

sub document {
    my ($cluster, %o) = @_;
    my ($code, $printed) = call('collect', $cluster, %o);
    die "$cluster: $code $printed\n" if $code;
    return $t->xml($printed);
}

sub log_of {
    my ($cluster, $tenant) = @_;
    my ($found) = grep { $_->find('tenant')->attr('id') == $tenant }
        document($cluster)->find('log-backups/log-backup');
    return $found;
}

# --- the same samples -----------------------------------------------------------

my @clusters = map { $_->[0] } $t->sql('SELECT name FROM clusters ORDER BY id');
for my $cluster (@clusters) {
    my $quoted = $cluster =~ s/'/''/gr;
    if ($cluster eq 'crm-apac') {
        is((call('collect', $cluster))[0], 75, "$cluster does not answer");
        next;
    }
    my %stored = map { $_->[0] => "$_->[1] $_->[2] $_->[3]" } $t->sql(
        'SELECT t.ob_id, l.source_id, l.status, '
        . "IFNULL(DATE_FORMAT(l.start_time, '%Y-%m-%dT%H:%i:%s'), '') "
        . 'FROM log_backups l JOIN tenants t ON t.id = l.tenant_id '
        . "JOIN clusters c ON c.id = l.cluster_id WHERE c.name = '$quoted'");
    my %shown = map { $_->find('tenant')->attr('id') => join ' ',
            $_->text('source-id'), $_->text('status'),
            substr($_->text('start-time') // '', 0, 19) }
        document($cluster)->find('log-backups/log-backup');
    is_deeply(\%shown, \%stored, "$cluster: the log backups of the store");
}
my %running = map { $_->[0] => 1 } $t->sql('SELECT d.source_id FROM '
    . 'data_tasks d JOIN clusters c ON c.id = d.cluster_id '
    . "WHERE c.name = 'pay-core-01' AND d.status = 'IN_PROGRESS'");
is_deeply({ map { $_->text('source-id') => 1 }
        document('pay-core-01')->find('data-backup-tasks/task') }, \%running,
    'and the data tasks that still run');

# --- Start and Stop ---------------------------------------------------------------

sub becomes {
    my ($wanted, $what) = @_;
    return ok($t->wait_until(sub {
        log_of('pay-core-01', 1004)->text('status') eq $wanted }, 40), $what);
}

my @settle = ('pay-core-01', TENANT_ID => 1004, COMMAND_ID => 1);
cmp_ok(log_of('pay-core-01', 1004)->text('latency-seconds'), '<', 600, 'runs');
is((call('start-log', @settle))[0], 0, 'it runs: nothing to start');
is(log_of('pay-core-01', 1004)->text('status'), 'IN_PROGRESS', 'and runs on');
is((call('stop-log', @settle))[0], 0, 'stop');
is(log_of('pay-core-01', 1004)->text('status'), 'STOPPING', 'stopping');
becomes('STOPPED', 'stopped');
my $latest = log_of('pay-core-01', 1004)->text('latest-backup-time');
sleep 1;
is(log_of('pay-core-01', 1004)->text('latest-backup-time'), $latest,
    'its time stands still');
is(log_of('pay-core-01', 1002)->text('status'), 'IN_PROGRESS',
    'the other tenant goes on');
is((call('stop-log', @settle))[0], 0, 'told again');
is((call('start-log', @settle))[0], 0, 'start');
is(log_of('pay-core-01', 1004)->text('status'), 'STARTING', 'starting');
becomes('IN_PROGRESS', 'runs again');
cmp_ok(log_of('pay-core-01', 1004)->text('latest-backup-time'), 'gt', $latest,
    'its time goes on');
is(scalar(my @rounds = log_of('pay-core-01', 1004)->find('rounds/round')), 2,
    'a new round');
is(scalar(my @gaps = log_of('pay-core-01', 1004)->find('gaps/gap')), 1,
    'after a gap');

($status, $text) = call('start-log', 'test-sandbox', TENANT_ID => 1002);
is($status, 1, 'no destination');
like($text, qr/^-9026/, 'says why');
is((call('stop-log', 'ledger-01', TENANT_ID => 1002))[0], 0,
    'an interrupted one can be stopped');
is((call('backup-full', 'loyalty', TENANT_ID => 1002, COMMAND_ID => 9))[0], 0,
    'a backup') for 1, 2;
is(join(' ', map { $_->text('status') . ' ' . $_->text('source') }
        document('loyalty')->find('data-backup-tasks/task')),
    'IN_PROGRESS backup-tasks command 9', 'once');
is((call('collect', 'nobody'))[0], 1, 'no such cluster');

# --- days later -------------------------------------------------------------------

# Designed to be bad: no good backup, or not to answer.
my %bad = map { $_ => 1 } ('pay-core-02 1002', 'crm-apac 1002', 'crm-apac 1004');
my ($seed, $tasks, $began) = split /\./, $user;
for my $days (2, 40) {
    my $then = join '.', $seed, $tasks, $began - $days * 86400 * 1000000;
    my $saved = $user;
    $user = $then;
    my (@old, @late);
    my $limit = strftime('%Y-%m-%dT%H:%M:%S', gmtime time - 129600);
    for my $cluster (grep { $_ ne 'crm-apac' } @clusters) {
        my $root = document($cluster, ENDPOINTS => "$told-of-nobody");
        my $yesterday = strftime('%Y-%m-%dT%H:%M:%S', gmtime time - 86400);
        my %good;
        for my $task ($root->find('data-backup-tasks/task')) {
            my $id = $task->find('tenant')->attr('id');
            push @old, $cluster if $task->text('status') eq 'IN_PROGRESS'
                && $task->text('start-time') lt $yesterday;
            $good{$id} = $task->text('end-time')
                if $task->text('status') eq 'COMPLETED'
                && ($good{$id} // '') lt $task->text('end-time');
        }
        for my $log ($root->find('log-backups/log-backup')) {
            my $id = $log->find('tenant')->attr('id');
            next if $bad{"$cluster $id"};
            push @late, "$cluster $id" if ($good{$id} // '') lt $limit;
            push @late, "$cluster $id lags"
                if $log->text('status') =~ /^(?:IN_PROGRESS|STARTING|STOPPING)$/
                && $log->text('latency-seconds') >= 600;
        }
    }
    is("@late", '', "after $days days: backups go on, nothing lags");
    is("@old", '', "after $days days: nothing runs for ever");
    $user = $saved;
}

$t->done;
