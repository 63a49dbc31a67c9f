using System.Reflection;
using PaymentFlow.Tests.Fixtures;
using Xunit.v3;

[assembly: LogsOfFailures]

namespace PaymentFlow.Tests.Fixtures;

/// <summary>Adds the last log lines of all running apps to the output of a failed test.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class LogsOfFailuresAttribute : BeforeAfterTestAttribute
{
    const int Lines = 40;

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (TestContext.Current is not { TestState.Result: TestResult.Failed, TestOutputHelper: { } output }) return;
        foreach (var app in TestHost.Running)
            foreach (var name in app.ResourceNames)
                foreach (var line in app.LogsOf(name).TakeLast(Lines)) output.WriteLine($"{name,-14} {line}");
    }
}
