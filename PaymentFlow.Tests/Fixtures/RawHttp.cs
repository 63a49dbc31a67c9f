using System.Net.Sockets;
using System.Text;

namespace PaymentFlow.Tests.Fixtures;

/// <summary>Requests that HttpClient would refuse to send or would correct first.</summary>
static class RawHttp
{
    /// <summary>The whole response to a GET of <paramref name="target"/>, as it is.</summary>
    public static async Task<string> GetAsync(Uri service, string target, string? host = null)
    {
        using TcpClient connection = new();
        await connection.ConnectAsync(service.Host, service.Port, TestContext.Current.CancellationToken);
        var stream = connection.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: {host ?? service.Authority}\r\nConnection: close\r\n\r\n"),
            TestContext.Current.CancellationToken);
        using StreamReader reader = new(stream);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
