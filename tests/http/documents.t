#!/usr/bin/perl
# documents.t: every document has the form that docs/documents.md gives it.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use Test::More;
use Time::Local ();

my $t = BackupTasks->new(sample => 300)->start;
my $text = $t->read_file($t->root . '/docs/documents.md');

# Names of elements and attributes that the page mentions anywhere.
my %element = map { $_ => 1 } $text =~ /<([a-z][a-z-]*)/g;
my %attribute = map { $_ => 1 } $text =~ /\b([a-z]+(?:-[a-z]+)*)="/g;
# Headings are names of rows; below query every parameter is an element.
$element{$_} = 1 for $text =~ /^##+ ([a-z-]+)$/mg;
$element{$_} = 1 for grep { defined } $t->read_file($t->root . '/docs/contract.md')
    =~ /^\| `([a-z-]+)`(?: `([a-z-]+)`)? \|/mg;
# Rows of the table of lists: root, container and row.
$element{$_} = 1 for map { split /\s*\|\s*/ } $text =~ /^\|(.*)\|$/mg;
# Attributes that are written without a value there, and the namespace.
$attribute{$_} = 1 for $text =~ /<(?:cluster|tenant) ([a-z]+)>/g;
$attribute{xmlns} = 1;

# These are said by being there; the others never stand empty.
my %flag = map { $_ => 1 } qw(start stop restart acknowledge possible simulated
    stale link sample gap agent tasks backups items actions tenants groups query
    rounds gaps latency summary page statements command);

my $time = qr/\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\z/;

sub local_form {
    my ($utc, $hours) = @_;
    my ($y, $mo, $d, $h, $mi, $s, $f) = $utc =~
        /^(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)\.(\d+)Z$/;
    my @at = gmtime Time::Local::timegm($s, $mi, $h, $d, $mo - 1, $y)
        + $hours * 3600;
    my $fraction = $f == 0 ? '' : ".$f";
    return sprintf '%04d-%02d-%02dT%02d:%02d:%02d%s+%02d:00', $at[5] + 1900,
        $at[4] + 1, @at[ 3, 2, 1, 0 ], $fraction, $hours;
}

# What is wrong with a node and those below it.
sub faults {
    my ($node, $zone) = @_;
    my ($name, $value, $attr) = @$node{qw(name text attr)};
    my @faults;
    push @faults, "element $name is unknown" if !$element{$name};
    push @faults, map { "attribute $_ of $name is unknown" }
        grep { !$attribute{$_} && !/^xml:lang$/ } sort keys %$attr;
    push @faults, "$name is empty"
        if $value eq '' && !@{ $node->{kids} } && !$flag{$name};
    push @faults, map { "$name has a time $_" } grep {
        /^\d{4}-\d\d-\d\dT/ && $_ !~ $time }
        @$attr{ grep { $_ ne 'local' && $_ ne 'href' } keys %$attr };
    if ($value =~ /^\d{4}-\d\d-\d\dT\S+$/ && $name !~ /^(?:from|to|text)$/) {
        push @faults, "$name is $value" if $value !~ $time;
        push @faults, "$name: local " . ($attr->{local} // 'is missing')
            if $zone && ($attr->{local} // '') ne local_form($value, 8);
        push @faults, "$name has local" if !$zone && defined $attr->{local};
    }
    return @faults, map { faults($_, $zone) } @{ $node->{kids} };
}

sub check {
    my ($path, $zone) = @_;
    my $answer = $t->get("/backup/$path", user => 'operator');
    is($answer->{status}, 200, $path) or return;
    unlike($answer->{body}, qr/<!DOCTYPE|<\?xml-stylesheet/, "$path: plain");
    my $root = $t->xml($answer);
    is($root->attr('xmlns'), 'urn:nginx-backup-tasks:1', "$path: namespace");
    is($root->attr('version'), '1.0', "$path: version");
    my %seen;
    is(join("\n", grep { !$seen{$_}++ } faults($root, $zone)), '',
        "$path: names, times, values");
    return $root;
}

my %row = (data => 'tasks/task', log => 'backups/log-backup',
    cleanup => 'tasks/cleanup-task', second => 'backups/second-backup',
    clusters => 'items/cluster', commands => 'items/command',
    audit => 'items/audit-event');

for my $view (sort keys %row) {
    my $range = $view eq 'clusters' ? '' : 'range=30d&';
    for my $query ("${range}size=500", "${range}size=500&tz=Asia/Shanghai",
            "${range}size=all") {
        my $root = check("$view.xml?$query", $query =~ /tz=/) or next;
        is($root->{kids}[-1]{name}, 'page', "$view: page is the last element");
    }
    next if $view eq 'audit';
    my $root = $t->xml($t->get("/backup/$view.xml?${range}size=500",
        user => 'operator'));
    # One record of each status, and what hangs on it.
    my %one;
    for my $node ($root->find($row{$view})) {
        $one{ $node->text('status') // $node->text('state') } //=
            $node->text('id');
    }
    for my $id (values %one) {
        check("$view/$id.xml");
        check("$view/$id.xml?tz=%2B08:00", 1);
        check("data/$id/$_.xml") for $view eq 'data' ? 'second' : ();
        check("log/$id/$_.xml") for $view eq 'log' ? qw(start stop restart) : ();
        check("$view/$id/acknowledge.xml") if $view !~ /^(?:clusters|commands)$/;
    }
    check("data/$one{FAILED}/cause.xml") if $view eq 'data';
}

$t->done;
