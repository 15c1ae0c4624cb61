#!/usr/bin/perl
# database_stopped.t: without the database 503 with a readable page; with it again, all is well without a restart.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use Test::More;

my $t = BackupTasks->new(sample => 50)->start;

my @views = qw(data log cleanup second clusters commands audit);

sub all_well {
    my ($what) = @_;
    for my $view (@views) {
        for my $path ($view, "$view.xml") {
            is($t->get("/backup/$path", user => 'operator')->{status}, 200,
                "$what: $path");
        }
    }
    my $health = $t->get('/backup/health');
    is("$health->{status} $health->{body}", "200 ok\n", "$what: health");
    return;
}

sub all_away {
    my ($what) = @_;
    for my $view (@views) {
        my $answer = $t->get("/backup/$view", user => 'operator');
        is($answer->{status}, 503, "$what: $view");
        like($answer->{headers}{'retry-after'} // '', qr/^\d+$/, 'Retry-After');
        like($answer->{headers}{'content-type'}, qr{^text/html}, 'a page');
        like($answer->{body}, qr/<h1/, 'with a heading');
        like($answer->{headers}{'cache-control'} // '', qr/no-store/,
            'not to be kept');
    }
    my $answer = $t->get('/backup/data.xml', user => 'feed');
    is($answer->{status}, 503, "$what: XML");
    like($answer->{headers}{'content-type'}, qr{^application/xml}, 'as XML');
    my $root = $t->xml($answer);
    is($root->{name}, 'error', 'an error document');
    is($root->text('code'), 'UNAVAILABLE', 'its code');
    is($root->text('status'), 503, 'its status');
    my $health = $t->get('/backup/health');
    is("$health->{status} $health->{body}", "503 unavailable\n",
        "$what: health");
    return;
}

# A signal is on its way for a while: every thread must have stopped.
sub all_stopped {
    my ($pid) = @_;
    for my $file (glob "/proc/$pid/task/*/stat") {
        return 0 if $t->read_file($file) !~ /\) T /;
    }
    return 1;
}

all_well('at first');

$t->stop_db;
all_away('stopped');
$t->start_db;
all_well('back');

$t->kill_db;
all_away('killed');
$t->start_db;
all_well('back again');

# It accepts connections, and says nothing: the deadline ends the wait.
kill 'STOP', $t->pid('db');
$t->wait_until(sub { all_stopped($t->pid('db')) });
is($t->get('/backup/data.xml', user => 'feed')->{status}, 503, 'hangs: 503');
kill 'CONT', $t->pid('db');
all_well('goes on');

$t->done;
