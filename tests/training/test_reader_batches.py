"""Batches for the reader: each example once an epoch, in an order of the seed's, and only answers in the loss."""

import random

from training.llm.reader.batches import Example, epoch, tensors

DRAW = random.Random(2)
EXAMPLES = [
    Example(tuple(range(number, number + DRAW.randint(5, 60))), tuple(DRAW.choices(range(100), k=DRAW.randint(2, 30))))
    for number in range(5000)
]


def test_an_epoch_holds_each_example_once_in_batches_that_fit():
    batches = list(epoch(EXAMPLES, 512, 3))
    assert sorted(example.prompt for batch in batches for example in batch) == sorted(example.prompt for example in EXAMPLES)
    assert all(len(batch) * max(map(len, batch)) <= 512 for batch in batches)
    padded = sum(len(batch) * max(map(len, batch)) for batch in batches)
    assert padded < 1.1 * sum(map(len, EXAMPLES))


def test_the_order_depends_on_the_seed_alone():
    assert list(epoch(EXAMPLES, 512, 3)) == list(epoch(EXAMPLES, 512, 3)) != list(epoch(EXAMPLES, 512, 4))


def test_an_example_longer_than_a_batch_is_a_batch():
    long = Example(tuple(range(700)), (1, 2))
    assert [len(batch) for batch in epoch([long, *EXAMPLES[:3]], 512, 1) if long in batch] == [1]


def test_only_answers_count_in_the_loss_and_padding_is_masked():
    inputs = tensors([Example((5, 6, 7), (8, 9)), Example((5,), (8,))], pad=0)
    assert inputs["input_ids"].tolist() == [[5, 6, 7, 8, 9], [5, 8, 0, 0, 0]]
    assert inputs["attention_mask"].tolist() == [[1, 1, 1, 1, 1], [1, 1, 0, 0, 0]]
    assert inputs["labels"].tolist() == [[-100, -100, -100, 8, 9], [-100, 8, -100, -100, -100]]
