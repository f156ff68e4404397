using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Hub.Codegen.Generation.Models.Endpoints;

namespace EdgeMesh.Hub.Tests.Codegen.Models;

public sealed class BreakerTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(300);
    private readonly ManualTime _time = new();
    private readonly CircuitBreaker _breaker;

    public BreakerTests() => _breaker = new CircuitBreaker(3, Pause, _time);

    private void Fail(int times)
    {
        for (int i = 0; i < times; i++)
        {
            _breaker.TryEnter()!.Failed();
        }
    }

    [Fact]
    public void Three_failures_in_a_row_open_it_for_the_whole_pause_and_no_longer()
    {
        Fail(2);
        Assert.Equal(BreakerState.Closed, _breaker.State);
        Fail(1);
        Assert.Equal(BreakerState.Open, _breaker.State);
        Assert.Null(_breaker.TryEnter());
        Assert.Equal(Pause, _breaker.Rest);
        _time.Advance(Pause - TimeSpan.FromTicks(1));
        Assert.Null(_breaker.TryEnter());
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(BreakerState.HalfOpen, _breaker.State);
        Assert.NotNull(_breaker.TryEnter());
    }

    [Fact]
    public void A_success_between_failures_starts_the_count_anew()
    {
        Fail(2);
        _breaker.TryEnter()!.Succeeded();
        Fail(2);
        Assert.Equal(BreakerState.Closed, _breaker.State);
    }

    [Fact]
    public async Task Of_many_callers_at_once_one_alone_probes()
    {
        Fail(3);
        for (int round = 0; round < 20; round++)
        {
            _time.Advance(Pause);
            using Barrier start = new(8);
            CircuitBreaker.Passage?[] passages = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    return _breaker.TryEnter();
                },
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
            Assert.Single(passages, p => p is not null)!.Failed();
            Assert.Equal(BreakerState.Open, _breaker.State);
        }
    }

    [Fact]
    public void A_probe_that_fails_opens_it_for_another_pause_and_one_that_succeeds_closes_it()
    {
        Fail(3);
        _time.Advance(Pause);
        _breaker.TryEnter()!.Failed();
        Assert.Equal(Pause, _breaker.Rest);
        _time.Advance(Pause);
        _breaker.TryEnter()!.Succeeded();
        Assert.Equal(BreakerState.Closed, _breaker.State);
        Assert.Equal(0, _breaker.Failures);
    }

    [Fact]
    public void A_probe_that_was_given_up_is_free_for_the_next_caller()
    {
        Fail(3);
        _time.Advance(Pause);
        _breaker.TryEnter()!.Dispose();
        Assert.NotNull(_breaker.TryEnter());
    }

    [Fact]
    public void What_began_before_it_opened_and_fails_later_does_not_lengthen_the_pause()
    {
        CircuitBreaker.Passage early = _breaker.TryEnter()!;
        Fail(3);
        _time.Advance(Pause / 2);
        early.Failed();
        Assert.Equal(Pause / 2, _breaker.Rest);
    }
}
