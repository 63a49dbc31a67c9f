using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;
using PaymentFlow.ServiceDefaults;
using PaymentFlow.Web.Operators.SignIn;

namespace PaymentFlow.Tests.Unit.Web;

public sealed class OperatorSessionsTests : IDisposable
{
    readonly FakeTimeProvider _time = new();
    readonly IConfigurationRoot _configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
    {
        ["Operator:Key"] = "the first key",
        ["Operator:ViewerKey"] = "the viewers' first key",
        ["Operator:IdleTimeout"] = "00:30:00",
    }).Build();
    readonly OperatorSessions _sessions;

    public OperatorSessionsTests() => _sessions = new(_configuration, _time);

    [Fact]
    public void A_session_ends_when_the_operator_signs_out()
    {
        var (id, page) = Start();
        var (other, _) = Start();

        _sessions.End(id);

        Assert.True(page.IsCancellationRequested);
        Assert.False(_sessions.Continue(id));
        Assert.True(_sessions.EndOf(id).IsCancellationRequested);
        Assert.True(_sessions.Continue(other));
    }

    [Fact]
    public void A_session_ends_when_nothing_is_done_and_each_request_prolongs_it()
    {
        var (id, page) = Start();

        _time.Advance(TimeSpan.FromMinutes(29));
        Assert.True(_sessions.Continue(id));
        _time.Advance(TimeSpan.FromMinutes(29));
        Assert.False(page.IsCancellationRequested);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.True(page.IsCancellationRequested);
        Assert.False(_sessions.Continue(id));
    }

    [Fact]
    public void A_session_ends_after_a_working_day_however_busy_it_is()
    {
        var (id, page) = Start();

        for (var minutes = 0; minutes < 599; minutes++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            Assert.True(_sessions.Continue(id));
        }
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.True(page.IsCancellationRequested);
        Assert.False(_sessions.Continue(id));
    }

    [Fact]
    public void A_session_ends_when_the_key_changes()
    {
        var (id, page) = Start();

        _configuration["Operator:Key"] = "the second key";
        Assert.False(_sessions.Continue(id));
        Assert.True(page.IsCancellationRequested);
    }

    [Fact]
    public void A_session_ends_when_the_key_of_its_role_changes_and_not_with_the_other_key()
    {
        var (@operator, _) = Start();
        var (viewer, _) = Start(Roles.Viewer);

        _configuration["Operator:ViewerKey"] = "the viewers' second key";
        Assert.True(_sessions.Continue(@operator));
        Assert.False(_sessions.Continue(viewer));

        (viewer, _) = Start(Roles.Viewer);
        _configuration["Operator:Key"] = "the second key";
        Assert.False(_sessions.Continue(@operator));
        Assert.True(_sessions.Continue(viewer));
        // No viewers any more.
        _configuration["Operator:ViewerKey"] = "";
        Assert.False(_sessions.Continue(viewer));
    }

    [Fact]
    public void An_open_page_ends_when_the_key_changes()
    {
        var (_, page) = Start();

        _configuration["Operator:Key"] = "the second key";
        _configuration.Reload();

        Assert.True(page.IsCancellationRequested);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("00000000000000000000000000000000")]
    public void A_session_that_this_process_did_not_start_is_over(string? id)
    {
        Assert.False(_sessions.Continue(id));
        Assert.True(_sessions.EndOf(id).IsCancellationRequested);
    }

    [Theory]
    [InlineData("00:15:00", 15)]
    [InlineData("0", null)]
    [InlineData("-00:01:00", null)]
    [InlineData("soon", null)]
    [InlineData("", null)]
    public void The_idle_time_is_a_time_span(string setting, int? minutes)
    {
        _configuration["Operator:IdleTimeout"] = setting;

        Assert.Equal(minutes is { } some ? TimeSpan.FromMinutes(some) : null, OperatorSessions.IdleTimeoutOf(_configuration));
    }

    public void Dispose() => _sessions.Dispose();

    (string Id, CancellationToken Page) Start(string role = Roles.Operator)
    {
        AuthenticationProperties cookie = new();
        _sessions.Start(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Role, role)])), cookie);
        var id = OperatorSessions.IdOf(cookie)!;
        return (id, _sessions.EndOf(id));
    }
}
