using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using IPNetwork = System.Net.IPNetwork;

namespace PaymentFlow.ServiceDefaults.Http;

/// <summary>
/// The proxies whose forwarded headers are trusted. Any client can send <c>X-Forwarded-For</c>; trusting it from every sender would
/// make limits per client address useless.
/// </summary>
public static class KnownProxies
{
    /// <summary>
    /// Takes the client's address and scheme from <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> if the sender is in
    /// <c>Proxies:Known</c>, a list of addresses and networks (<c>10.0.0.4</c>, <c>100.100.0.0/16</c>). Without that setting the
    /// headers are ignored.
    /// </summary>
    public static TBuilder AddKnownProxies<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        var known = builder.Configuration.GetSection("Proxies:Known").Get<string?[]>() ?? [];
        var networks = known.OfType<string>().Where(entry => entry.Length > 0).Select(Parse).ToList();
        builder.Services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.ForwardedHeaders = networks.Count == 0
                ? ForwardedHeaders.None
                : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            // Follow the chain of known proxies to its end.
            options.ForwardLimit = null;
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var network in networks) options.KnownIPNetworks.Add(network);
        });
        return builder;
    }

    internal static bool TryParse(string entry, out IPNetwork network)
    {
        if (IPNetwork.TryParse(entry, out network)) return true;
        // .NET would also read 10 as 0.0.0.10.
        if (!IPAddress.TryParse(entry, out var address) || (!entry.Contains(':') && entry.Count(c => c == '.') != 3)) return false;
        network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
        return true;
    }

    // A service does not start with such a value: see SettingRules.
    static IPNetwork Parse(string entry) => TryParse(entry, out var network)
        ? network
        : throw new InvalidOperationException($"Proxies:Known has '{entry}', which is neither an address nor a network.");
}
