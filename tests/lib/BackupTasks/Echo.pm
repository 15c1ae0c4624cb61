# Echo.pm: a FastCGI responder that answers with the parameters it got.
#
# It stands where the worker stands, so that the tests of the module can read
# what goes over the wire.  The answer is <echo><NAME>value</NAME>...<STDIN>
# body</STDIN></echo>, as text/xml or application/xml like the worker's, with
# the body for HEAD, too: the sheet renders it to know its length.  An act that
# nginx refused is answered with 403, as the worker does.

package BackupTasks::Echo;

use strict;
use warnings;

use Exporter 'import';
use IO::Socket::UNIX;
use POSIX ();

our @EXPORT_OK = qw(echo_start echo_stop echo_params);

my %type = (begin => 1, end => 3, params => 4, stdin => 5, stdout => 6);

# Listens on a socket in a process of its own; returns its id.
sub echo_start {
    my ($path) = @_;
    my $listener = IO::Socket::UNIX->new(Local => $path, Listen => 64)
        or die "$path: $!";
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        $SIG{$_} = 'DEFAULT' for qw(INT TERM HUP);
        $SIG{PIPE} = 'IGNORE';
        while (my $client = $listener->accept) {
            _serve($client);
        }
        POSIX::_exit(0);
    }
    return $pid;
}

sub echo_stop {
    my ($pid) = @_;
    kill 'TERM', $pid;
    waitpid $pid, 0;
    return;
}

# The parameters as a hash, from an answer.
sub echo_params {
    my ($answer) = @_;
    my %params;
    while ($answer->{body} =~ m{<([A-Z_]+)>(.*?)</\1>}gs) {
        my ($name, $value) = ($1, $2);
        $value =~ s/&#(\d+);/chr $1/ge;
        $params{$name} = $value;
    }
    return \%params;
}

sub _serve {
    my ($client) = @_;
    my ($params, $stdin) = ('', '');
    while (my ($kind, $id, $content) = _read_record($client)) {
        $params .= $content if $kind == $type{params};
        $stdin  .= $content if $kind == $type{stdin};
        if ($kind == $type{stdin} && $content eq '') {
            print $client _record($type{stdout}, $id, _answer($params, $stdin)),
                _record($type{stdout}, $id, ''),
                _record($type{end}, $id, pack 'NCxxx', 0, 0);
            $client->flush;
            return close $client;
        }
    }
    return close $client;
}

sub _read_record {
    my ($client) = @_;
    read($client, my $head, 8) == 8 or return;
    my ($kind, $id, $length, $padding) = (unpack 'CCnnCC', $head)[1 .. 4];
    my ($content, $rest) = ('', '');
    read $client, $content, $length if $length;
    read $client, $rest, $padding if $padding;
    return ($kind, $id, $content);
}

sub _record {
    my ($kind, $id, $content) = @_;
    return pack('CCnnCC', 1, $kind, $id, length $content, 0, 0) . $content;
}

sub _pairs {
    my ($bytes) = @_;
    my @pairs;
    while (length $bytes) {
        my @length;
        for (1, 2) {
            my $short = unpack 'C', $bytes;
            my $size = $short < 128 ? 1 : 4;
            my $length = $size == 1 ? $short
                : unpack('N', $bytes) & 0x7fffffff;
            push @length, $length;
            substr $bytes, 0, $size, '';
        }
        push @pairs, [ map { substr $bytes, 0, $_, '' } @length ];
    }
    return @pairs;
}

sub _escape {
    my ($bytes) = @_;
    $bytes =~ s/([^ -;=?-~])/'&#' . ord($1) . ';'/ge;
    $bytes =~ s/&(?!#)/&#38;/g;
    return $bytes;
}

sub _answer {
    my ($params, $stdin) = @_;
    my @pairs = _pairs($params);
    my %value = map { @$_ } @pairs;
    my $type = ($value{BT_FORMAT} // '') eq 'xml'
        ? 'application/xml; charset=utf-8' : 'text/xml';
    my $body = '<echo>' . join('', map { "<$_->[0]>" . _escape($_->[1])
        . "</$_->[0]>" } @pairs, [ STDIN => $stdin ]) . '</echo>';
    my $status = ($value{BT_METHOD} // '') eq 'REFUSED' ? 403 : 200;
    return "Status: $status\r\nContent-Type: $type\r\n"
        . "Cache-Control: private, no-cache\r\n\r\n$body";
}

1;
