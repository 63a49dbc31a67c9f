using System.Collections.Concurrent;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json;

namespace PaymentFlow.AppHost.Embedded.Running;

/// <summary>Which address each project gets: the one in its launchSettings.json, as under Aspire, or any free one.</summary>
static class Ports
{
    static readonly ConcurrentDictionary<int, bool> Given = new();

    /// <exception cref="EmbeddedException">A port is taken.</exception>
    public static void Assign(IEnumerable<ProjectResource> projects, bool free)
    {
        var taken = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(listener => listener.Port).ToHashSet();
        foreach (var project in projects)
        {
            project.Address = free ? new Uri($"http://localhost:{Free()}") : FromLaunchSettings(Folder(project));
            if (!free && taken.Contains(project.Address.Port)) throw Busy(project.Name, project.Address.Port, Folder(project));
        }
    }

    /// <summary>The host's own address, for its dashboard.</summary>
    /// <exception cref="EmbeddedException">The port is taken.</exception>
    public static Uri ForHost(EmbeddedOptions options)
    {
        if (options.FreePorts) return new Uri($"http://localhost:{Free()}");
        var address = FromLaunchSettings(options.AppHostDirectory);
        return IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(listener => listener.Port == address.Port)
            ? throw Busy("the dashboard", address.Port, options.AppHostDirectory)
            : address;
    }

    /// <summary>
    /// A port that nobody uses and that was not given out before. It is none of those that systems take for outgoing
    /// connections (from 32768 on Linux, 49152 elsewhere): one of these might have it before its owner listens.
    /// </summary>
    public static int Free()
    {
        while (true)
        {
            var port = Random.Shared.Next(20_000, 32_000);
            if (Given.TryAdd(port, true) && IsFree(port)) return port;
        }
    }

    static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    static Uri FromLaunchSettings(string projectFolder)
    {
        var file = Path.Combine(projectFolder, "Properties", "launchSettings.json");
        using var settings = JsonDocument.Parse(File.ReadAllText(file));
        var url = settings.RootElement.GetProperty("profiles").EnumerateObject()
            .Select(profile => profile.Value.TryGetProperty("applicationUrl", out var value) ? value.GetString() : null)
            .OfType<string>().SelectMany(urls => urls.Split(';')).FirstOrDefault(url => url.StartsWith("http://", StringComparison.Ordinal));
        return url is null ? throw new EmbeddedException($"{file} has no http applicationUrl.") : new Uri(url);
    }

    static EmbeddedException Busy(string name, int port, string projectFolder)
    {
        var find = OperatingSystem.IsWindows() ? $"netstat -ano | findstr :{port}"
            : OperatingSystem.IsMacOS() ? $"lsof -iTCP:{port} -sTCP:LISTEN"
            : $"ss -ltnp 'sport = :{port}'";
        return new EmbeddedException(
            $"Port {port}, which {name} needs, is taken by another program: stop it (find it with `{find}`), "
            + $"or change applicationUrl in {Path.GetFileName(projectFolder)}/Properties/launchSettings.json.");
    }

    static string Folder(ProjectResource project) => Path.GetDirectoryName(project.Metadata.ProjectPath)!;
}
