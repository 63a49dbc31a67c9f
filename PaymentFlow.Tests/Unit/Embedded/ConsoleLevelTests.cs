using Microsoft.Extensions.Logging;
using PaymentFlow.AppHost.Embedded.Output;

namespace PaymentFlow.Tests.Unit.Embedded;

public sealed class ConsoleLevelTests
{
    readonly ResourceOutput _output = new((_, _) => { }, TimeProvider.System);

    [Theory]
    [InlineData("12:01:02.345 info: PaymentFlow.Web[0] up", LogLevel.Information)]
    [InlineData("12:01:02.345 warn: PaymentFlow.Web[0] fail: is but a word here", LogLevel.Warning)]
    [InlineData("fail: PaymentFlow.Web[0] down", LogLevel.Error)]
    [InlineData("2026-11-25 12:01:02.345 UTC [41] LOG:  database system is ready", LogLevel.Information)]
    [InlineData("2026-11-25 12:01:02.345 UTC [41] FATAL:  the database system is starting up", LogLevel.Critical)]
    [InlineData("stopped with exit code 137; starting it again in 1 s", LogLevel.Information)]
    public void A_line_says_how_grave_it_is(string line, LogLevel level)
    {
        _output.Write("somebody", line);
        Assert.Equal(level, Assert.Single(_output.Lines("somebody")).Level);
    }

    [Theory]
    [InlineData("12:01:02.345 crit: Host[0] failed", "   at Program.Main()")]
    [InlineData("2026-11-25 12:01:02.345 UTC [41] FATAL:  no", "2026-11-25 12:01:02.345 UTC [41] DETAIL:  because")]
    public void What_continues_a_line_is_as_grave_as_that_line(string line, string continued)
    {
        _output.Write("somebody", line);
        _output.Write("somebody", continued);
        _output.Write("somebody", "another story");
        Assert.Equal([LogLevel.Critical, LogLevel.Critical, LogLevel.Information], _output.Lines("somebody").Select(each => each.Level));
    }

    [Fact]
    public void All_resources_lines_stand_in_the_order_in_which_they_were_written()
    {
        _output.Write("a", "1");
        _output.Write("b", "2");
        _output.Write("a", "3");
        Assert.Equal(["1", "2", "3"], _output.Lines().Select(line => line.Text));
    }
}
