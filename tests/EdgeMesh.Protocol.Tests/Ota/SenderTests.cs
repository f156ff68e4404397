using System.Linq;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Ota;

namespace EdgeMesh.Protocol.Tests.Ota;

public sealed class SenderTests
{
    private static readonly SenderOptions Options = new();
    private static readonly string Sha256 = new('a', 64);

    private readonly OtaSender _sender = NewSender(OtaStates.Offered);

    [Fact]
    public void An_offer_that_nobody_answers_is_repeated_five_times_and_then_given_up()
    {
        Assert.Equal("sendoffer changed", Step(SenderEvent.Online(), 0));
        for (int i = 1; i <= 5; i++)
        {
            Assert.Equal(i * Options.OfferTimeoutMs, _sender.DueMs);
            Assert.Equal("sendoffer", Step(SenderEvent.Tick(), i * Options.OfferTimeoutMs));
        }

        Assert.Equal("changed sendabort", Step(SenderEvent.Tick(), 6 * Options.OfferTimeoutMs));
        AssertOver(OtaStates.Failed, ErrorCodes.OfferTimeout);
    }

    [Fact]
    public void A_device_that_accepts_and_acknowledges_nothing_gets_five_new_offers()
    {
        Step(SenderEvent.Online(), 0);
        long now = 0;
        for (int i = 0; i < 5; i++)
        {
            Step(SenderEvent.Accepted(0, 4), now);
            now = TickUntilOffer(now);
        }

        Step(SenderEvent.Accepted(0, 4), now);
        TickUntilOffer(now);
        AssertOver(OtaStates.Failed, ErrorCodes.ChunkAckTimeout);
    }

    [Fact]
    public void An_acknowledgement_with_news_resets_the_count_of_new_offers()
    {
        Step(SenderEvent.Online(), 0);
        long now = 0;
        for (int i = 0; i < 10; i++)
        {
            Step(SenderEvent.Accepted(i, 4), now);
            Step(SenderEvent.Acknowledged(i + 1, 0), now);
            now = TickUntilOffer(now);
            Assert.Equal(OtaStates.Transferring, _sender.State);
        }
    }

    [Fact]
    public void An_accept_that_later_acknowledgements_have_overtaken_does_not_throw_the_transfer_back()
    {
        Step(SenderEvent.Online(), 0);
        Step(SenderEvent.Accepted(0, 8), 0);
        Step(SenderEvent.Acknowledged(4, 0), 10);
        Assert.Equal("", Step(SenderEvent.Accepted(0, 8), 11));
        Assert.Equal(4, _sender.Next);
    }

    [Fact]
    public void A_verification_without_progress_gets_five_new_offers()
    {
        Step(SenderEvent.Online(), 0);
        long now = 0;
        for (int i = 0; i < 6; i++)
        {
            Step(SenderEvent.Accepted(20, 4), now);
            Assert.Equal(now + Options.VerifyTimeoutMs, _sender.DueMs);
            now = TickUntilOffer(now);
        }

        AssertOver(OtaStates.Failed, ErrorCodes.VerifyTimeout);
    }

    [Fact]
    public void Progress_of_a_slow_verification_extends_its_deadline()
    {
        Step(SenderEvent.Online(), 0);
        Step(SenderEvent.Accepted(20, 4), 0);
        for (int i = 1; i <= 20; i++)
        {
            Step(SenderEvent.Verified(i * 256, ""), i * 50_000);
            Assert.Equal((i * 50_000) + Options.VerifyTimeoutMs, _sender.DueMs);
        }

        Step(SenderEvent.Verified(20 * 256, ""), 1_020_000);
        Assert.Equal(1_000_000 + Options.VerifyTimeoutMs, _sender.DueMs);
    }

    [Fact]
    public void A_verification_that_a_reboot_began_anew_makes_progress_again()
    {
        Step(SenderEvent.Online(), 0);
        Step(SenderEvent.Accepted(20, 4), 0);
        Step(SenderEvent.Verified(5000, ""), 10);
        Step(SenderEvent.Offline(), 20);
        Step(SenderEvent.Online(), 30);
        Step(SenderEvent.Accepted(20, 4), 40);
        Step(SenderEvent.Verified(256, ""), 50_000);
        Assert.Equal(50_000 + Options.VerifyTimeoutMs, _sender.DueMs);
    }

    [Fact]
    public void Offline_suspends_every_deadline_but_the_last()
    {
        Step(SenderEvent.Online(), 0);
        Step(SenderEvent.Accepted(0, 4), 0);
        Assert.Equal("changed", Step(SenderEvent.Offline(), 1000));
        Assert.Equal(Options.LimitMs, _sender.DueMs);
        Assert.NotEqual("", _sender.Waiting);
        Assert.Equal("", Step(SenderEvent.Tick(), Options.LimitMs - 1));
        Assert.Equal("", Step(SenderEvent.Acknowledged(4, 0), Options.LimitMs - 1));
        Assert.Equal("sendoffer changed", Step(SenderEvent.Online(), Options.LimitMs - 1));
        Assert.Equal("", _sender.Waiting);
    }

    [Fact]
    public void An_update_expires_after_its_limit_offline_or_not()
    {
        Assert.Equal("changed sendabort", Step(SenderEvent.Tick(), Options.LimitMs));
        AssertOver(OtaStates.Failed, ErrorCodes.SessionExpired);
    }

    [Fact]
    public void The_device_may_lose_its_session_before_the_delivery_but_not_for_ever()
    {
        Step(SenderEvent.Online(), 0);
        for (int i = 0; i < 5; i++)
        {
            Step(SenderEvent.Accepted(0, 4), i);
            Assert.Equal("sendoffer", Step(SenderEvent.Aborted(ErrorCodes.StaleSession, ""), i));
        }

        Step(SenderEvent.Aborted(ErrorCodes.StaleSession, ""), 5);
        AssertOver(OtaStates.Failed, ErrorCodes.StaleSession);
    }

    [Fact]
    public void After_the_delivery_a_stale_session_is_no_failure()
    {
        Step(SenderEvent.Online(), 0);
        Step(SenderEvent.Verified(5000, Sha256), 1);
        Assert.Equal("", Step(SenderEvent.Aborted(ErrorCodes.StaleSession, ""), 2));
        Assert.Equal(OtaStates.Complete, _sender.State);
        Step(SenderEvent.Aborted(ErrorCodes.StorageFailed, ""), 3);
        AssertOver(OtaStates.Failed, ErrorCodes.StorageFailed);
    }

    [Fact]
    public void A_repeated_verify_gets_complete_again_and_a_wrong_hash_never_does()
    {
        Step(SenderEvent.Online(), 0);
        Assert.Equal("changed sendcomplete", Step(SenderEvent.Verified(5000, Sha256), 1));
        Assert.Equal("sendcomplete", Step(SenderEvent.Verified(5000, Sha256), 2));
        OtaSender other = NewSender(OtaStates.Verifying);
        other.Step(SenderEvent.Online(), 0);
        SenderEffect[] effects = other.Step(SenderEvent.Verified(5000, new('b', 64)), 1);
        Assert.DoesNotContain(effects, e => e.Kind == SenderEffectKind.SendComplete);
        Assert.Equal((OtaStates.Failed, ErrorCodes.HashMismatch), (other.State, other.Code));
    }

    [Fact]
    public void A_rejection_ends_it_before_the_delivery_and_changes_nothing_after()
    {
        Step(SenderEvent.Online(), 0);
        OtaSender delivered = NewSender(OtaStates.Complete);
        delivered.Step(SenderEvent.Rejected(ErrorCodes.SequenceNotAbove, ""), 1);
        Assert.Equal(OtaStates.Complete, delivered.State);
        Assert.Equal("changed", Step(SenderEvent.Rejected(ErrorCodes.ImageTooLarge, "why"), 1));
        AssertOver(OtaStates.Rejected, ErrorCodes.ImageTooLarge);
    }

    [Fact]
    public void A_restarted_hub_offers_again_and_goes_on_where_the_device_is()
    {
        OtaSender sender = NewSender(OtaStates.Transferring);
        Assert.Equal("sendoffer changed", Text(sender.Step(SenderEvent.Online(), 0)));
        Assert.Equal("sendchunk5 sendchunk6", Text(sender.Step(SenderEvent.Accepted(5, 2), 1)));
    }

    [Fact]
    public void A_message_that_overtook_the_news_of_the_devices_going_leaves_the_sender_no_deadline_in_the_past()
    {
        OtaSender sender = NewSender(OtaStates.Verifying);
        sender.Step(SenderEvent.Online(), 0);
        sender.Step(SenderEvent.Offline(), 10);
        sender.Step(SenderEvent.Verified(500, ""), 20);
        Assert.True(sender.DueMs > 3_600_000);
    }

    [Fact]
    public void What_cannot_be_is_ignored()
    {
        Step(SenderEvent.Online(), 0);
        Assert.Equal("", Step(SenderEvent.Accepted(21, 4), 1));
        Step(SenderEvent.Accepted(0, 4), 1);
        Assert.Equal("", Step(SenderEvent.Acknowledged(9, 0), 2));
        Assert.Equal(0, _sender.Next);
        Step(SenderEvent.Accepted(20, 4), 3);
        Assert.Equal("", Step(SenderEvent.Reported("dancing", "", ""), 4));
        Assert.Equal(3 + Options.VerifyTimeoutMs, _sender.DueMs);
    }

    [Fact]
    public void The_devices_report_ends_it()
    {
        Step(SenderEvent.Online(), 0);
        Step(SenderEvent.Verified(5000, Sha256), 1);
        Assert.Equal("changed", Step(SenderEvent.Reported(OtaStates.Applying, "", ""), 2));
        Assert.Equal("", Step(SenderEvent.Reported(OtaStates.Applying, "", ""), 3));
        Assert.Equal("changed", Step(SenderEvent.Reported(OtaStates.RolledBack, ErrorCodes.CrashLoop, "boom"), 4));
        AssertOver(OtaStates.RolledBack, ErrorCodes.CrashLoop);
    }

    private static OtaSender NewSender(string state) => new(Options, new Manifest { Size = 5000, Sha256 = Sha256 }, 256, state, 0);

    private static string Text(SenderEffect[] effects) => string.Join(' ', effects.Select(
        e => e.Kind.ToString().ToLowerInvariant() + (e.Kind == SenderEffectKind.SendChunk ? e.Sequence.ToString() : "")));

    private string Step(SenderEvent e, long now) => Text(_sender.Step(e, now));

    private long TickUntilOffer(long now)
    {
        for (int i = 0; i < 1000; i++)
        {
            now = _sender.DueMs;
            if (Step(SenderEvent.Tick(), now).Contains("sendoffer", System.StringComparison.Ordinal) || OtaStates.IsFinal(_sender.State))
            {
                return now;
            }
        }

        throw new Xunit.Sdk.XunitException("No offer within 1,000 ticks.");
    }

    private void AssertOver(string state, string code)
    {
        Assert.Equal((state, code, long.MaxValue), (_sender.State, _sender.Code, _sender.DueMs));
        Assert.Equal("", Step(SenderEvent.Online(), 1));
    }
}
