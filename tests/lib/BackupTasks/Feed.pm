# Feed.pm: keeps the documents that a test receives, and validates them at its end.

package BackupTasks::Feed;

use strict;
use warnings;

use Exporter 'import';
use File::Path ();

our @EXPORT_OK = qw(feed_keep feed_check);

my $batch = 400;            # files of one call
my $large = 4 * 1024 * 1024;
my $number = 0;

# The kind of a document of ours, by which its schema is found; '' for others.
sub _kind {
    my ($answer) = @_;
    my $type = $answer->{headers}{'content-type'} // '';
    return 'atom' if $type =~ m{^application/atom\+xml\b};
    return $type =~ m{^(?:application|text)/xml\b} && $answer->{body} =~
        m{^(?:<\?xml[^>]*>\s*)?<[\w-]+ xmlns="urn:nginx-backup-tasks:1"}
        ? 'xml' : '';
}

# Keeps a whole document of ours in the directory; anything else is left alone.
sub feed_keep {
    my ($dir, $answer) = @_;
    my $body = $answer->{body} // return;
    my $kind = _kind($answer) or return;
    return if $body eq '' || !($answer->{complete} || $answer->{ended});
    mkdir $dir;
    # A test may ask from several processes.
    my $path = sprintf '%s/%d-%d.%s', $dir, $$, ++$number, $kind;
    open my $file, '>:raw', $path or die "$path: $!";
    print {$file} $body;
    close $file or die "$path: $!";
    return;
}

# Validates what is kept against both schemas, and drops it: how many documents
# there were, and what is wrong, one line each.
sub feed_check {
    my ($dir, $schemas) = @_;
    my @paths = glob "$dir/*.xml";
    my @feeds = glob "$dir/*.atom";
    my @faults;
    my $count = @paths + @feeds;
    while (my @some = splice @feeds, 0, $batch) {
        push @faults, _run(qw(xmllint --noout --nonet --relaxng),
            "$schemas/atom.rng", @some);
    }
    for my $part (_batches(@paths)) {
        my @stream = @$part == 1 && -s $part->[0] > $large ? '--stream' : ();
        push @faults, _run('xmllint', '--noout', '--nonet', @stream, @$_,
            @$part) for [ '--schema', "$schemas/feed.xsd" ],
                [ '--relaxng', "$schemas/feed.rng" ];
        push @faults, _run('jing', "$schemas/feed.rng", @$part)
            if $ENV{BT_LONG};
    }
    File::Path::remove_tree($dir) if !@faults;
    return ($count, join "\n", @faults);
}

# Large ones alone, the others together.
sub _batches {
    my (@paths) = @_;
    my @small = grep { -s $_ <= $large } @paths;
    my @batches = map { [ $_ ] } grep { -s $_ > $large } @paths;
    push @batches, [ splice @small, 0, $batch ] while @small;
    return @batches;
}

# The first complaints of a validator; nothing when it has none.
sub _run {
    my (@command) = @_;
    my $pid = open my $out, '-|' // die "fork: $!";
    if (!$pid) {
        open STDERR, '>&', \*STDOUT;
        exec @command or exit 127;
    }
    my @lines = grep { !/ validates$/ } <$out>;
    close $out;
    return if $? == 0;
    splice @lines, 20 if @lines > 20;
    return "$command[0]: " . join '', @lines;
}

1;
