using System;
using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Hub.Tests;

/// <summary>Keeps what the hub logs, for tests of what it says and of what it must not say.</summary>
internal sealed class CapturedLog : ILoggerProvider, ILogger
{
    public ConcurrentQueue<(LogLevel Level, string Text)> Lines { get; } = [];

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel level, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue((level, $"{formatter(state, exception)} {exception}"));

    public void Dispose()
    {
    }
}
