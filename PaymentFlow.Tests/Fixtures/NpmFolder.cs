using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace PaymentFlow.Tests.Fixtures;

/// <summary>A folder beside the test's binaries with programs for Node.js and the one npm package that they use.</summary>
/// <param name="area">The folder in <c>Integration</c> that contains the folder <c>npm</c>.</param>
public sealed class NpmFolder(string area, string package, string version)
{
    readonly string _folder = Path.Combine(AppContext.BaseDirectory, "Integration", area, "npm");

    static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Installs the package, outside source control, unless this version is already installed.</summary>
    public async Task InstallAsync()
    {
        var installed = Path.Combine(_folder, "node_modules", package, "package.json");
        if (File.Exists(installed)
            && JsonDocument.Parse(await File.ReadAllTextAsync(installed, Token)).RootElement.GetProperty("version").ValueEquals(version))
        {
            return;
        }
        using var npm = Start("npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error");
        var output = npm.StandardOutput.ReadToEndAsync(Token);
        var failure = await npm.StandardError.ReadToEndAsync(Token);
        await npm.WaitForExitAsync(Token);
        Assert.True(npm.ExitCode == 0,
            $"npm install {package}@{version} failed; it needs a reachable npm registry: {failure}{await output}");
    }

    /// <exception cref="InvalidOperationException">The program is not installed.</exception>
    public Process Start(string program, params string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = _folder,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (Win32Exception missing)
        {
            throw new InvalidOperationException(
                $"This test needs {program}. Install Node.js 20 or newer "
                + "(Debian/Ubuntu: sudo apt-get install nodejs npm; macOS: brew install node).",
                missing);
        }
    }
}
